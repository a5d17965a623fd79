// Traps with their message in every build, in all files of this target.
@_exported public import Preconditions
