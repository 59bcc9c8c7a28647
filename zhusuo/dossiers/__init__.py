"""住所材料档案: what proves that a carrier's units may be used as registered addresses, filed once, reviewed, cited.

A *filing* gathers documents for a scope of units; each *submission* freezes what was handed in; approval makes a
*version* effective, which every later reuse cites.
"""
