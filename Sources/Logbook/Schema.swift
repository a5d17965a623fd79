import GRDB

/// The tables of a run's database, as described in `Docs/Database.md`.
///
/// To change a table, add a migration. Existing migrations must not change, since databases have run them.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          create table runs (
            id integer primary key, started_at text not null, finished_at text, status text not null,
            command text not null, version text not null);
          create table epochs (
            epoch integer primary key, train_loss real, valid_loss real, seconds real not null,
            learning_rate real not null, items integer not null, peak_memory integer not null,
            recorded_at text not null);
          create table metrics (
            epoch integer not null, name text not null, value real, primary key (epoch, name));
          create table steps (
            step integer primary key, epoch integer not null, loss real, learning_rate real not null);
          create table events (
            id integer primary key, at text not null, kind text not null, message text not null);
          create table artefacts (
            path text primary key, kind text not null, created_at text not null);
          """)
    }
    migrator.registerMigration("2: artifacts") { db in
      // Some databases were created with the new name under migration 1.
      if try db.tableExists("artefacts") {
        try db.execute(sql: "alter table artefacts rename to artifacts")
      }
    }
    migrator.registerMigration("3: processes") { db in
      // A row of `runs` is a process that trained the run.
      for column in [
        "arguments text", "folder text", "git text", "host text", "processor text",
        "threads integer",
        "system text", "first_step integer",
      ] {
        try db.execute(sql: "alter table runs add column \(column)")
      }
    }
    migrator.registerMigration("4: evaluations") { db in
      try db.execute(
        sql: """
          create table evaluations (
            id integer primary key, at text not null, split text not null, checkpoint text not null,
            table_path text not null, items integer not null, trained_on integer, threshold real);
          create table evaluation_metrics (
            evaluation integer not null, name text not null, class text, value real, low real,
            high real);
          """)
    }
    return migrator
  }

  /// Throws a `RunError` if a newer version migrated the database.
  static func checkVersion(_ db: Database) throws {
    guard try db.tableExists("grdb_migrations") else { return }
    let table = try CheckedTable(db, "grdb_migrations", ["identifier"], limit: 1000)
    let known = migrator.migrations
    try table.forEachRow(db) { row in
      let name = try row.text(0)
      if !known.contains(name) { throw RunError(.newerDatabase(name), path: "") }
    }
  }
}
