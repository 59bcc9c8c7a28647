"""地址更正: what a clerk chose where an address could not be told, and what another clerk said to it.

Until it is accepted a choice is a proposal: nobody gets an answer from it. An accepted one answers the same text from
then on (`lookup.find`), with its reviewer and its day.
"""
