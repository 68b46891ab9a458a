/** The public members of Spark 4.3's classes, by class: those of its Scala API, without what Java and logging add and what is private to Spark. */
export const SPARK_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  RDD: words(`aggregate barrier cache cartesian checkpoint cleanShuffleDependencies coalesce collect compute context count countApprox
    countApproxDistinct countByValue countByValueApprox dependencies distinct filter first flatMap fold foreach foreachPartition
    getCheckpointFile getNumPartitions getResourceProfile getStorageLevel glom groupBy id intersection isCheckpointed isEmpty iterator keyBy
    localCheckpoint map mapPartitions mapPartitionsWithEvaluator mapPartitionsWithIndex max min name partitioner partitions persist pipe
    preferredLocations randomSplit reduce repartition sample saveAsObjectFile saveAsTextFile setName sortBy sparkContext subtract take
    takeOrdered takeSample toDebugString toJavaRDD toLocalIterator toString top treeAggregate treeReduce union unpersist withResources zip
    zipPartitions zipPartitionsWithEvaluator zipWithIndex zipWithUniqueId`),
  PairRDDFunctions:
    words(`aggregateByKey cogroup collectAsMap combineByKey combineByKeyWithClassTag countApproxDistinctByKey countByKey
    countByKeyApprox flatMapValues foldByKey fullOuterJoin groupByKey groupWith join keys leftOuterJoin lookup mapValues partitionBy
    reduceByKey reduceByKeyLocally rightOuterJoin sampleByKey sampleByKeyExact saveAsHadoopDataset saveAsHadoopFile
    saveAsNewAPIHadoopDataset saveAsNewAPIHadoopFile subtractByKey values`),
  OrderedRDDFunctions: words('filterByRange repartitionAndSortWithinPartitions sortByKey'),
  DoubleRDDFunctions: words(
    `histogram mean meanApprox popStdev popVariance sampleStdev sampleVariance stats stdev sum sumApprox variance`,
  ),
  SequenceFileRDDFunctions: words('saveAsSequenceFile'),
  AsyncRDDActions: words('collectAsync countAsync foreachAsync foreachPartitionAsync takeAsync'),
  SparkContext:
    words(`addArchive addFile addJar addJobTag addSparkListener appName applicationAttemptId applicationId archives binaryFiles
    binaryRecords broadcast cancelAllJobs cancelJob cancelJobGroup cancelJobGroupAndFutureJobs cancelJobsWithTag cancelStage clearCallSite
    clearJobGroup clearJobTags collectionAccumulator defaultMinPartitions defaultParallelism deployMode doubleAccumulator emptyRDD files
    getAllPools getCheckpointDir getConf getExecutorMemoryStatus getJobTags getLocalProperty getOrCreate getPersistentRDDs getPoolForName
    getRDDStorageInfo getReadOnlyConf getSchedulingMode hadoopConfiguration hadoopFile hadoopRDD isLocal isStopped jarOfClass jarOfObject jars
    killExecutor killExecutors killTaskAttempt listArchives listFiles listJars longAccumulator makeRDD master newAPIHadoopFile
    newAPIHadoopRDD objectFile parallelize range register removeJobTag removeSparkListener requestExecutors requestTotalExecutors resources
    runApproximateJob runJob sequenceFile setCallSite setCheckpointDir setInterruptOnCancel setJobDescription setJobGroup setLocalProperty
    setLogLevel sparkUser startTime statusTracker stop submitJob textFile uiWebUrl union version wholeTextFiles`),
  DStream:
    words(`cache checkpoint compute context count countByValue countByValueAndWindow countByWindow dependencies filter flatMap foreachRDD
    glom map mapPartitions persist print reduce reduceByWindow repartition saveAsObjectFiles saveAsTextFiles slice slideDuration transform
    transformWith union window`),
  PairDStreamFunctions:
    words(`cogroup combineByKey flatMapValues fullOuterJoin groupByKey groupByKeyAndWindow join leftOuterJoin mapValues
    mapWithState reduceByKey reduceByKeyAndWindow rightOuterJoin saveAsHadoopFiles saveAsNewAPIHadoopFiles updateStateByKey`),
  StreamingContext:
    words(`addStreamingListener awaitTermination awaitTerminationOrTimeout binaryRecordsStream checkpoint fileStream getActive
    getActiveOrCreate getOrCreate getState jarOfClass queueStream rawSocketStream receiverStream remember removeStreamingListener
    socketStream socketTextStream sparkContext start stop textFileStream transform union`),
  SparkListener:
    words(`onApplicationEnd onApplicationStart onBlockManagerAdded onBlockManagerRemoved onBlockUpdated onEnvironmentUpdate
    onExecutorAdded onExecutorBlacklisted onExecutorBlacklistedForStage onExecutorExcluded onExecutorExcludedForStage
    onExecutorMetricsUpdate onExecutorRemoved onExecutorUnblacklisted onExecutorUnexcluded onJobEnd onJobStart onNodeBlacklisted
    onNodeBlacklistedForStage onNodeExcluded onNodeExcludedForStage onNodeUnblacklisted onNodeUnexcluded onOtherEvent onResourceProfileAdded
    onSpeculativeTaskSubmitted onStageCompleted onStageExecutorMetrics onStageSubmitted onTaskEnd onTaskGettingResult onTaskStart
    onUnpersistRDD onUnschedulableTaskSetAdded onUnschedulableTaskSetRemoved`),
  StreamingListener:
    words(`onBatchCompleted onBatchStarted onBatchSubmitted onOutputOperationCompleted onOutputOperationStarted
    onReceiverError onReceiverStarted onReceiverStopped onStreamingStarted`),
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
