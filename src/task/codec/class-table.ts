/** Knows the user's classes by an id that is the same in every process, so that their instances keep their class in bytes. */
export interface ClassTable {
  /**
   * The id of a class, or undefined for one that is not known: its instances then travel as plain objects.
   * @throws ClassNotReadyError on the driver, while the class cannot be sent to workers yet.
   */
  // biome-ignore lint/complexity/noBannedTypes: a class of any constructor
  idOf(ctor: Function): string | undefined
  /**
   * The class with this id in this process, or undefined when it is not there.
   * @throws ClassNotRebuiltError on a worker that was sent the class and could not make it.
   */
  // biome-ignore lint/complexity/noBannedTypes: a class of any constructor
  byId(id: string): Function | undefined
}
