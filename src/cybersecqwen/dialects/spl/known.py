"""The commands of Splunk, by which a misspelt one is told from one that is only not looked into here.

Names: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/ListOfSearchCommands, and those of
Enterprise Security, of the Machine Learning Toolkit and of URL Toolbox, 2026-11.
"""

from __future__ import annotations

import difflib

_REFERENCE = """
abstract accum addcoltotals addinfo addtotals analyzefields anomalies anomalousvalue anomalydetection append
appendcols appendpipe arules associate audit autoregress awssnsalert bin bucket bucketdir chart cluster
cofilter collect concurrency contingency convert correlate ctable datamodel datamodelsimple dbinspect
dbxquery dedup delete delta diff discretize dump entitymerge erex eval eventcount eventstats expand extract
fieldformat fields fieldsummary filldown fillnull findtypes flatten folderize foreach format from fromjson
fuzzy gauge gentimes geom geomfilter geostats head highlight history iconify inputcsv inputintelligence
inputlookup iplocation into join kmeans kv kvform loadjob localize localop lookup makecontinuous makejson
makemv makeresults map mcatalog mcollect metadata metasearch meventcollect mpreview msearch mstats multikv
multisearch mvcombine mvexpand nomv outlier outputcsv outputlookup outputtext overlap pivot predict rangemap
rare regex reltime rename replace require rest return reverse rex rtorder run savedsearch script scrub
search searchtxn selfjoin sendalert sendemail set setfields sichart sirare sistats sitimechart sitop slc
snowincident sort spath stats strcat streamstats table tags tail thru timechart timewrap tojson top
transaction transpose trendline tscollect tstats typeahead typelearner typer union uniq untable walklex
where x11 xmlkv xmlunescape xpath xsearch xyseries
"""
_ADDED = """
apply fit score sample summary listmodels deletemodel partialfit adddata crawl summaryindex localsearch
datasearch sendresults ut_parse ut_shannon ut_parse_simple urlparse identitylookup uselocal mvdedup mvjoin
curl cyberchef
"""
COMMANDS = frozenset(_REFERENCE.split()) | frozenset(_ADDED.split())
"""Every name that is taken for a command."""


def nearest(name: str) -> tuple[str, ...]:
    """The known commands that look most like a name, the nearest first; () where none does."""
    return tuple(difflib.get_close_matches(name.lower(), sorted(COMMANDS), n=3, cutoff=0.6))
