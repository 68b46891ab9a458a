// The exports of `millstream/postgres`.

export { PostgresSinkError, type PostgresSinkErrorCode } from './errors.ts'
export type { PostgresClient, PostgresConnection, PostgresResult } from './postgres-client.ts'
export { type PostgresSink, type PostgresSinkOptions, postgresSink, type WrittenPartitions } from './postgres-sink.ts'
export type { IsolationLevel, PartitionToWrite, WriteRecords } from './write-partition.ts'
