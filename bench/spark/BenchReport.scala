import java.lang.management.ManagementFactory
import scala.io.Source
import scala.util.Using

/** What the programs share: time, processor time and memory of this process, and the line that the runner reads. */
object BenchReport {
  private val system = ManagementFactory.getOperatingSystemMXBean.asInstanceOf[com.sun.management.OperatingSystemMXBean]

  def cpuSeconds: Double = system.getProcessCpuTime / 1e9

  def timed[T](work: => T): (T, String) = {
    val cpuBefore = cpuSeconds
    val started = System.nanoTime
    val value = work
    val seconds = (System.nanoTime - started) / 1e9
    (value, s"""{"seconds":$seconds,"cpuSeconds":${cpuSeconds - cpuBefore}}""")
  }

  def peakRssBytes: Long =
    Using.resource(Source.fromFile("/proc/self/status")) { status =>
      status.getLines().find(_.startsWith("VmHWM")).map(_.split("\\s+")(1).toLong * 1024).getOrElse(0L)
    }

  def report(fields: (String, Any)*): Unit =
    println(fields.map { case (name, value) => s""""$name":$value""" }.mkString("RESULT {", ",", "}"))
}
