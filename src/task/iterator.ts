/** What a partition function may return: any iterable, async ones included, or a promise of one. */
export type PartitionResult<U> = Iterable<U> | AsyncIterable<U> | Promise<Iterable<U> | AsyncIterable<U>>

/** A function over one whole partition, as the user or a built-in partition operation gives it. */
export type PartitionFunction<T, U> = (records: IterableIterator<T>, partition: number) => PartitionResult<U>
