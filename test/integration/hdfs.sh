#!/usr/bin/env bash
# A real HDFS (NameNode + DataNode, one process each) out of Maven Central.
# RPC on hdfs://127.0.0.1:$HDFS_RPC_PORT, WebHDFS (REST) on http://127.0.0.1:$HDFS_HTTP_PORT/webhdfs/v1, data node HTTP on $HDFS_DN_HTTP_PORT.
#
#   hdfs.sh install | start | stop
#
# Environment: ROOT (state, new for each run), CACHE (what is installed once), HADOOP_VERSION, HDFS_RPC_PORT, HDFS_HTTP_PORT, HDFS_DN_PORT, HDFS_DN_HTTP_PORT, HDFS_DN_IPC_PORT, HDFS_HEAP
# The real main classes are used rather than MiniDFSCluster: its test jars drag in all of YARN and MapReduce (hadoop-minicluster).
set -euo pipefail
ROOT=${ROOT:?names the folder for the state}
CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millstream/hdfs}
HADOOP_VERSION=${HADOOP_VERSION:-3.5.0}
HDFS_RPC_PORT=${HDFS_RPC_PORT:-9000}
HDFS_HTTP_PORT=${HDFS_HTTP_PORT:-9870}
HDFS_DN_PORT=${HDFS_DN_PORT:-9866}
HDFS_DN_HTTP_PORT=${HDFS_DN_HTTP_PORT:-9864}
HDFS_DN_IPC_PORT=${HDFS_DN_IPC_PORT:-9867}
HDFS_HEAP=${HDFS_HEAP:-256m}
LIB=$CACHE/lib-$HADOOP_VERSION CONF=$ROOT/conf NAME=$ROOT/name DATA=$ROOT/data
JAVA=${JAVA_HOME:+$JAVA_HOME/bin/}java

install() {
  [ -f "$LIB/.done" ] && return 0
  command -v mvn > /dev/null || { echo "HDFS is installed with Maven (mvn), which is not here"; return 1; }
  # Into a folder of its own first: an install that was cut off leaves none that looks whole.
  local new; new=$LIB.$$; mkdir -p "$ROOT/pom" "$new"
  cat > "$ROOT/pom/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>hdfs-dist</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-hdfs</artifactId><version>$HADOOP_VERSION</version></dependency>
    <!-- The web applications (webapps/hdfs, webapps/datanode), without which neither server starts, are only in the tests jar. -->
    <dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-hdfs</artifactId><version>$HADOOP_VERSION</version><classifier>tests</classifier></dependency>
    <!-- both are 'provided' to hadoop-hdfs, so they are not brought by it -->
    <dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-hdfs-client</artifactId><version>$HADOOP_VERSION</version></dependency>
    <dependency><groupId>org.apache.hadoop</groupId><artifactId>hadoop-common</artifactId><version>$HADOOP_VERSION</version></dependency>
  </dependencies>
</project>
POM
  mvn -q -B -f "$ROOT/pom/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new"
  touch "$new/.done"; rm -rf "$LIB"; mv "$new" "$LIB"
}

prop() { echo "  <property><name>$1</name><value>$2</value></property>"; }
config() {
  mkdir -p "$CONF"
  { echo '<configuration>'
    prop fs.defaultFS "hdfs://127.0.0.1:$HDFS_RPC_PORT"
    prop hadoop.tmp.dir "$ROOT/tmp"
    prop hadoop.http.staticuser.user "$(id -un)"
    echo '</configuration>'; } > "$CONF/core-site.xml"
  { echo '<configuration>'
    prop dfs.namenode.name.dir "file://$NAME"
    prop dfs.datanode.data.dir "file://$DATA"
    prop dfs.replication 1
    prop dfs.namenode.rpc-address "127.0.0.1:$HDFS_RPC_PORT"
    prop dfs.namenode.http-address "127.0.0.1:$HDFS_HTTP_PORT"
    prop dfs.datanode.address "127.0.0.1:$HDFS_DN_PORT"
    prop dfs.datanode.http.address "127.0.0.1:$HDFS_DN_HTTP_PORT"
    prop dfs.datanode.ipc.address "127.0.0.1:$HDFS_DN_IPC_PORT"
    # The host in WebHDFS's redirects; else it is this machine's own name, which may not resolve.
    prop dfs.datanode.hostname 127.0.0.1
    prop dfs.namenode.datanode.registration.ip-hostname-check false
    # A fresh name node leaves safe mode as soon as it can.
    prop dfs.namenode.safemode.extension 0
    # Small blocks, so that tests cross a block boundary with little data.
    prop dfs.blocksize "${HDFS_BLOCKSIZE:-1m}"
    prop dfs.namenode.fs-limits.min-block-size 1024
    # Fast detection of a dead data node (10*interval + 2*recheck).
    prop dfs.heartbeat.interval 1
    prop dfs.namenode.heartbeat.recheck-interval 1000
    # A close polls for the block report of the last block, first after 400 ms; 250 ms for each small file without this.
    prop dfs.client.block.write.locateFollowingBlock.initial.delay.ms 5
    # No fsync of the edit log: a test's data need not outlive a power cut.
    prop dfs.namenode.edits.noeditlogchannelflush true
    # No 10 % of the disk kept back, no handlers in the tens
    prop dfs.datanode.du.reserved 0
    prop dfs.namenode.handler.count 4
    prop dfs.datanode.handler.count 4
    # One data node: a pipeline that lost it has nothing to replace it with.
    prop dfs.client.block.write.replace-datanode-on-failure.policy NEVER
    echo '</configuration>'; } > "$CONF/hdfs-site.xml"
  # hadoop-common brings reload4j (log4j 1.x)
  printf 'log4j.rootLogger=%s,out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\nlog4j.appender.out.layout=org.apache.log4j.PatternLayout\nlog4j.appender.out.layout.ConversionPattern=%%d{ISO8601} %%p %%c{1}: %%m%%n\n' "${HDFS_LOG_LEVEL:-WARN}" > "$CONF/log4j.properties"
}

# $1: name of the class-data archive; the rest: class and arguments. The archive is written at the first clean exit.
# A class-data archive allows no folder on the class path, so the two XML files go in by -conf (both servers take the generic options).
ARGS=(-conf "$CONF/core-site.xml" -conf "$CONF/hdfs-site.xml")
JOPTS=(-Xms64m -Xmx"$HDFS_HEAP" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true -Dlog4j.configuration="file:$CONF/log4j.properties")
cds() { local f=$CACHE/$1-$HADOOP_VERSION.jsa; [ -f "$f" ] && echo "-XX:SharedArchiveFile=$f" || echo "-XX:ArchiveClassesAtExit=$f"; }
bg() { # name class args...
  local n=$1; shift
  nohup "$JAVA" "$(cds "$n")" "${JOPTS[@]}" -cp "$LIB/*" "$@" "${ARGS[@]}" > "$ROOT/$n.log" 2>&1 < /dev/null &
  echo $! > "$ROOT/$n.pid"
}
alive() { [ -f "$ROOT/$1.pid" ] && kill -0 "$(cat "$ROOT/$1.pid")" 2>/dev/null; }
end() { # name [signal]
  [ -f "$ROOT/$1.pid" ] || return 0
  local p; p=$(cat "$ROOT/$1.pid"); kill "${2:--TERM}" "$p" 2>/dev/null || true
  for _ in $(seq 1 150); do kill -0 "$p" 2>/dev/null || break; sleep 0.1; done
  kill -9 "$p" 2>/dev/null || true; rm -f "$ROOT/$1.pid"
}

start() {
  install; config
  rm -rf "$NAME" "$DATA" "$ROOT/tmp"; mkdir -p "$DATA"; chmod 700 "$DATA"
  # The format is done once and copied after that (it saves a JVM start).
  if [ ! -d "$CACHE/formatted-$HADOOP_VERSION" ]; then
    "$JAVA" "${JOPTS[@]}" -cp "$LIB/*" org.apache.hadoop.hdfs.server.namenode.NameNode "${ARGS[@]}" -format -force -nonInteractive > "$ROOT/format.log" 2>&1 || { tail -20 "$ROOT/format.log"; return 1; }
    cp -r "$NAME" "$CACHE/formatted-$HADOOP_VERSION"
  else
    cp -r "$CACHE/formatted-$HADOOP_VERSION" "$NAME"
  fi
  bg namenode org.apache.hadoop.hdfs.server.namenode.NameNode
  bg datanode org.apache.hadoop.hdfs.server.datanode.DataNode
  wait_ready
}

# Ready = out of safe mode with one live data node, asked of the name node's own JMX page.
wait_ready() {
  for _ in $(seq 1 600); do
    for n in namenode datanode; do alive $n || { echo "$n died:"; tail -20 "$ROOT/$n.log"; return 1; }; done
    if curl -s --noproxy '*' -m 2 "http://127.0.0.1:$HDFS_HTTP_PORT/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState" 2>/dev/null \
        | python3 -c 'import json,sys; b=json.load(sys.stdin)["beans"][0]; sys.exit(0 if b["NumLiveDataNodes"]==1 and b["FSState"]=="Operational" else 1)' 2>/dev/null; then
      echo "hdfs $HADOOP_VERSION ready: hdfs://127.0.0.1:$HDFS_RPC_PORT http://127.0.0.1:$HDFS_HTTP_PORT/webhdfs/v1 pids $(cat "$ROOT/namenode.pid") $(cat "$ROOT/datanode.pid")"; return 0
    fi
    sleep 0.1
  done
  echo "hdfs not ready in 60 s"; tail -5 "$ROOT"/*.log; return 1
}

stop() { end datanode; end namenode; rm -rf "$NAME" "$DATA" "$ROOT/tmp"; }
cmd=${1:-start}; shift || true
case $cmd in
  install|start|stop) "$cmd";;
  *) echo "usage: $0 install|start|stop"; exit 2;;
esac
