// The JSON that the recorders write of what Spark answers; to-json.ts writes the same of our answers.
object Json {
  def text(s: String): String = {
    val b = new StringBuilder("\"")
    s.foreach {
      case '"' => b ++= "\\\""
      case '\\' => b ++= "\\\\"
      case '\n' => b ++= "\\n"
      case '\r' => b ++= "\\r"
      case '\t' => b ++= "\\t"
      case c if c < ' ' => b ++= "\\u%04x".format(c.toInt)
      case c => b += c
    }
    (b += '"').toString
  }
  def number(d: Double): String =
    if (d.isNaN || d.isInfinite) text(if (d.isNaN) "NaN" else if (d > 0) "Infinity" else "-Infinity")
    else if (d == Math.rint(d) && Math.abs(d) < 1e15) d.toLong.toString
    else d.toString
  def of(x: Any): String = x match {
    case null | None => "null"
    case Some(v) => of(v)
    case s: String => text(s)
    case b: Boolean => b.toString
    case d: Double => number(d)
    case n: java.lang.Number => n.toString
    case c: Char => text(c.toString)
    case u: Unit => "null"
    case m: scala.collection.Map[_, _] => m.toSeq.map(e => of(Seq(e._1, e._2))).sorted.mkString("[", ",", "]")
    case s: scala.collection.Set[_] => s.toSeq.map(of).sorted.mkString("[", ",", "]")
    case a: Array[_] => a.map(of).mkString("[", ",", "]")
    case i: Iterable[_] => i.map(of).mkString("[", ",", "]")
    case p: Product => p.productIterator.map(of).mkString("[", ",", "]")
    case other => text(other.toString)
  }
}
