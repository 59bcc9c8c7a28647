"""Documents into words, boxes and fields; knows nothing of zhusuo.

The parent's side (`pool.Readers`, `sniff`, `kinds`, `fields`, `sensitive`, `watermark`) never opens a document. A
document is opened only by `ocr.child`, a process with limits on memory, processor time, files and wall clock, which is
thrown away as soon as anything goes wrong in it.
"""
