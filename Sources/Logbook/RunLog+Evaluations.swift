import Foundation
import GRDB

extension RunLog {
  /// Records an evaluation; one of the same part, checkpoint and table is replaced.
  ///
  /// - Throws: `RunError` if SQLite cannot write.
  package func record(_ evaluation: EvaluationRecord) throws(RunError) {
    try write { db in
      try db.execute(
        sql: "delete from evaluations where split = ? and checkpoint = ? and table_path = ?",
        arguments: [evaluation.split, evaluation.checkpoint, evaluation.table])
      try db.execute(
        sql: """
          insert into evaluations (at, split, checkpoint, table_path, items, trained_on, threshold)
          values (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Date(), evaluation.split, evaluation.checkpoint, evaluation.table, evaluation.items,
          evaluation.trainedOn, evaluation.threshold,
        ])
      let id = db.lastInsertedRowID
      for measure in evaluation.measures {
        try db.execute(
          sql: """
            insert into evaluation_metrics (evaluation, name, class, value, low, high)
            values (?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            id, measure.name, measure.className, measure.value.flatMap(finite),
            measure.low.flatMap(finite), measure.high.flatMap(finite),
          ])
      }
    }
  }

  /// Reads all evaluations, in the order in which they were made.
  package func evaluations() throws(RunError) -> [EvaluationRecord] {
    try read { db in
      guard try !CheckedTable.columnNames(db, "evaluations").isEmpty else { return [] }
      var measures: [Int: [EvaluationRecord.Measure]] = [:]
      try CheckedTable(
        db, "evaluation_metrics", ["evaluation", "name", "class", "value", "low", "high"],
        order: "rowid"
      ).forEachRow(db) { row in
        measures[try row.integer(0), default: []].append(
          EvaluationRecord.Measure(
            try row.text(1), className: try row.optionalText(2), value: try row.number(3),
            low: try row.number(4), high: try row.number(5)))
      }
      var found: [EvaluationRecord] = []
      try CheckedTable(
        db, "evaluations",
        ["id", "split", "checkpoint", "table_path", "items", "trained_on", "threshold"], order: "id"
      ).forEachRow(db) { row in
        found.append(
          EvaluationRecord(
            split: try row.text(1), checkpoint: try row.text(2), table: try row.text(3),
            items: try row.integer(4), trainedOn: try row.optionalInteger(5),
            threshold: try row.number(6), measures: measures[try row.integer(0)] ?? []))
      }
      return found
    }
  }
}
