"""What each rule of the optimiser makes of searches: (text, changed text, or None where it must not)."""

from __future__ import annotations

CASES: dict[str, list[tuple[str, str | None]]] = {
    "drop-search-everything": [("a=1 | search * | head 5", "a=1 | head 5"), ("a=1 | search b=1", None)],
    "drop-repeated-stage": [
        ("a=1 | dedup b | dedup b", "a=1 | dedup b"),
        ("a=1 | eval b=b+1 | eval b=b+1", None),
        ("a=1 | stats count by b | stats count by b", None),
    ],
    "each-condition-once": [
        ("a=1 b=2 a=1 a=*", "a=1 b=2"),
        ("NOT NOT a=1 b=2", "a=1 b=2"),
        ("a=1 OR b=2 OR a=1", "a=1 OR b=2"),
        ("a=1 OR a=*", None),
        ("NOT a=* b=1", None),
        ("a=1 a=2", None),
    ],
    "or-chain-to-in": [
        ("(a=1 OR b=2 OR a=x*) c=3", "(a IN (1, x*) OR b=2) c=3"),
        ("a=1 OR b=2", None),
        ("a=1 a=2", None),
        ("a!=1 OR a!=2", None),
    ],
    "or-chain-to-in-function": [
        ('a=1 | where b="x" OR b="y" OR c="z"', 'a=1 | where in(b, "x", "y") OR c = "z"'),
        ('a=1 | where b="x" AND b="y"', None),
        ("a=1 | where b=1 OR b=2", None),
    ],
    "fold-constants": [
        ('a=1 | eval b=60*60+1, c=lower("AB"), d=if(true(), x, y)', 'a=1 | eval b=3601, c="ab", d=x'),
        ("a=1 | where NOT isnull(b)", "a=1 | where isnotnull(b)"),
        ("a=1 | eval b=c*60", None),
    ],
    "merge-evals": [
        ("a=1 | eval b=1 | eval c=b+1", "a=1 | eval b=1, c=b + 1"),
        ("a=1 | eval b=lower(c) | eval b=lower(c)", "a=1 | eval b=lower(c)"),
        ("a=1 | eval b=b+1 | eval b=b+1", "a=1 | eval b=b + 1, b=b + 1"),
    ],
    "merge-searches": [
        ("index=x a=1 | search b=2 OR c=3", "index=x a=1 (b=2 OR c=3)"),
        ("* | search b=2", "b=2"),
        ("index=x a=1 | search index=y", None),
        ("index=x a=1 | stats count by b | search b=2", None),
    ],
    "where-to-search": [
        ('index=x | where lower(a)="b" AND c>d', "index=x a=b | where c > d"),
        ('index=x | where like(lower(a), "%foo%")', "index=x a=*foo*"),
        ('index=x | where a="10"', "index=x a=10"),
        ("index=x | where isnotnull(a)", "index=x a=*"),
        ('index=x | where a="Foo"', None),
        ("index=x | where a=10", None),
        ('index=x | where NOT match(a, "b")', None),
        ('index=x | stats count by a | where lower(a)="b"', None),
    ],
    "merge-where": [("a=1 | where b>1 | where c>1", "a=1 | where b > 1 AND c > 1")],
    "filter-before-eval": [
        (
            'a=1 | eval b=lower(c) | rex field=d "(?<e>x)" | search f=2',
            'a=1 | search f=2 | eval b=lower(c) | rex field=d "(?<e>x)"',
        ),
        ("a=1 | eval b=lower(c) | search b=2", None),
        ("a=1 | eval b=lower(c) | search foo", None),
        ("a=1 | eval b=lower(c) | search b.d=2", None),
        ("a=1 | eval 'b.d'=lower(c) | search b=2", None),
        ('a=1 | eval b=lower(c) | regex "x"', None),
        ('a=1 | rex "(?<b>x)" | where b=2', None),
        ("a=1 | bin _time span=1h | where _time>5", None),
    ],
    "filter-before-rename": [
        ("a=1 | rename b as c, d as e | search c=2", "a=1 | search b=2 | rename b as c, d as e"),
        ("a=1 | rename b as c | search b=2", None),
        ("a=1 | rename b as c | search b=2 c=3", None),
        ("a=1 | rename b as c, c as d | search d=2", None),
        ("a=1 | rename x.* as * | search b=2", None),
    ],
    "filter-before-lookup": [
        ("a=1 | lookup t b OUTPUT c | search d=2", "a=1 | search d=2 | lookup t b OUTPUT c"),
        ("a=1 | lookup t b OUTPUT c | search c=2", None),
        ("a=1 | lookup t b | search d=2", None),
    ],
    "filter-before-sort": [
        ("a=1 | sort 0 -b | where c>2", "a=1 | where c > 2 | sort 0 -b"),
        ("a=1 | sort -b | where c>2", None),
    ],
    "filter-before-mvexpand": [
        ("a=1 | mvexpand b | where c>2", "a=1 | where c > 2 | mvexpand b"),
        ("a=1 | mvexpand b | where b>2", None),
    ],
    "filter-before-fields": [
        ("a=1 | table b, c | search b=2", "a=1 | search b=2 | table b, c"),
        ("a=1 | fields - d | search b=2", "a=1 | search b=2 | fields - d"),
        ("a=1 | table b, c | search d=2", None),
        ("a=1 | table b, c | search b=2 d=2", None),
        ("a=1 | fields - d* | search b=2", None),
        ("a=1 | fields - b | search b.c=2", None),
    ],
    "filter-before-dedup": [
        ("a=1 | dedup b, c | search b=2", "a=1 | search b=2 | dedup b, c"),
        ("a=1 | dedup b | search c=2", None),
        ("a=1 | dedup b | search b=2 c=3", None),
        ("a=1 | dedup b consecutive=true | search b=2", None),
    ],
    "filter-before-join": [
        ("a=1 | join b [search c=1] | search b=2", "a=1 | search b=2 | join b [search c=1]"),
        ("a=1 | join b [search c=1] | search d=2", None),
        ("a=1 | join b [search c=1] | search b=2 d=2", None),
        ("a=1 | foreach b [eval <<FIELD>>=1] | search b=2", None),
        ("a=1 | append [search c=1] | search b=2", None),
    ],
    "filter-before-stats": [
        (
            "a=1 | stats count by b | search b=2 count>5",
            "a=1 b=2 | stats count by b | search b=2 count>5",
        ),
        ("a=1 b=2 | stats count by b | search b=2", None),
        ("a=1 | stats count by b | search NOT b=2", None),
        ("a=1 | stats count by b | search count=2", None),
        ("a=1 | stats values(c) as b by d | search b=2", None),
        ("a=1 | eventstats count by b | search b=2", None),
    ],
    "drop-presence-of-groups": [
        ("a=1 | stats count by b | where isnotnull(b)", "a=1 | stats count by b"),
        ("a=1 | stats count by b | search b=* count>2", "a=1 | stats count by b | search count>2"),
        ("a=1 | stats count values(c) as c by b | where isnotnull(c)", None),
        ("a=1 | eventstats count by b | where isnotnull(b)", None),
        ("a=1 | stats count by b | eval b=null() | where isnotnull(b)", None),
        (
            "| tstats count from datamodel=Endpoint.Processes by Processes.dest"
            " | `drop_dm_object_name(Processes)` | where isnotnull(dest)",
            "| tstats count from datamodel=Endpoint.Processes by Processes.dest"
            " | `drop_dm_object_name(Processes)`",
        ),
    ],
    "literal-before-regex": [
        ('a=1 | regex b="(?i)-enc[a-z]+ +foobar"', 'a=1 b=*foobar* | regex b="(?i)-enc[a-z]+ +foobar"'),
        (
            'a=1 | where match(lower(b), "powershell|pwsh") AND match(c, "whoami$")',
            'a=1 c=*whoami* | where match(lower(b), "powershell|pwsh") AND match(c, "whoami$")',
        ),
        ('a=1 | regex b!="foobar"', None),
        ('a=1 | eval b=replace(c, "x", "foobar") | regex b="foobar"', None),
        ('a=1 | where NOT match(b, "foobar")', None),
        ('a=1 b=*foobar* | regex b="foobar"', None),
    ],
    "literal-into-tstats": [
        (
            "| tstats count from datamodel=Endpoint.Processes by Processes.process"
            ' | `drop_dm_object_name(Processes)` | where match(process, "(?i)-enc.*frombase")',
            "| tstats count from datamodel=Endpoint.Processes where Processes.process=*fromba*"
            " by Processes.process"
            ' | `drop_dm_object_name(Processes)` | where match(process, "(?i)-enc.*frombase")',
        ),
        (
            "| tstats values(Processes.process) as process from datamodel=Endpoint.Processes"
            " by Processes.dest"
            ' | `drop_dm_object_name(Processes)` | where match(process, "frombase")',
            None,
        ),
    ],
    "sources-first": [
        ("a=1 sourcetype=s index=x", "index=x sourcetype=s a=1"),
        ("index=x a=1", None),
    ],
    "stats-to-tstats": [
        ("index=x sourcetype=s | stats count by host", "| tstats count where index=x sourcetype=s by host"),
        (
            "index=x | bin _time span=1h | stats count by _time",
            "| tstats count where index=x by _time span=1h",
        ),
        ("index=x a=1 | stats count by host", None),
        ("index=x | stats count by user", None),
        ("index=x foo | stats count by host", None),
    ],
    "model-to-tstats": [
        (
            '| from datamodel:"Endpoint.Processes" | search process_name=x | stats count by dest',
            "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=x"
            " by Processes.dest | rename Processes.* as *",
        ),
        ('| from datamodel:"Endpoint.Processes" | search foo | stats count by dest', None),
    ],
    "filter-into-tstats": [
        (
            "| tstats count from datamodel=Endpoint.Processes by Processes.dest"
            " | `drop_dm_object_name(Processes)` | search dest=x count>2",
            "| tstats count from datamodel=Endpoint.Processes where Processes.dest=x by Processes.dest"
            " | `drop_dm_object_name(Processes)` | search dest=x count>2",
        ),
        ("| tstats count from datamodel=Endpoint.Processes by Processes.dest | search dest=x", None),
        (
            "| tstats count from datamodel=Endpoint.Processes where Processes.dest=x by Processes.dest"
            " | search Processes.dest=x",
            None,
        ),
    ],
    "drop-sort-before-stats": [
        ("a=1 | sort 0 -b | stats count by c", "a=1 | stats count by c"),
        ("a=1 | sort 0 -b | stats first(b) by c", None),
        ("a=1 | sort -b | stats count by c", None),
    ],
    "table-to-fields": [
        ("a=1 | table b, c | stats count by b", "a=1 | fields b, c | stats count by b"),
        ("a=1 | table b | stats count by c", None),
        ("a=1 | table b | stats earliest(b)", None),
    ],
    "sort-with-limit": [
        ("a=1 | sort 0 -b | head 7", "a=1 | sort 7 -b"),
        ("a=1 | sort b | head", "a=1 | sort 10 b"),
        ("a=1 | sort 5 b | head 7", "a=1 | sort 5 b"),
    ],
    "head-first": [
        ("a=1 | eval b=1 | rename c as d | head 3", "a=1 | head 3 | eval b=1 | rename c as d"),
        ("a=1 | where b=1 | head 3", None),
        ("a=1 | mvexpand b | head 3", None),
    ],
    "dedup-first": [
        ("a=1 | eval b=1 | dedup c", "a=1 | dedup c | eval b=1"),
        ("a=1 | eval c=1 | dedup c", None),
        ("a=1 | eval b=1, c=1 | dedup c, d", None),
        ("a=1 | eval c=1 | dedup b sortby c", None),
    ],
    "dedup-before-sort": [
        ("a=1 | sort 0 b | dedup b, c | table b, c", "a=1 | dedup b, c | sort 0 b | table b, c"),
        ("a=1 | sort 0 d | dedup b | table b", None),
        ("a=1 | sort 0 b | dedup b | table c", None),
        ("a=1 | sort 0 b | dedup b | table b, c", None),
        ("a=1 | sort b | dedup b | table b", None),
        ("a=1 | sort 0 b | dedup 2 b | table b", None),
    ],
    "mvexpand-late": [
        ("a=1 | mvexpand b | eval c=lower(d)", "a=1 | eval c=lower(d) | mvexpand b"),
        ("a=1 | mvexpand b | eval c=lower(b)", None),
        ('a=1 | mvexpand b | rex "(?<c>x)"', None),
    ],
    "drop-unused-fields": [
        ("a=1 | eval b=1, c=2 | stats count by b", "a=1 | eval b=1 | stats count by b"),
        ('a=1 | rex field=x "(?<b>y)" | stats count by c', "a=1 | stats count by c"),
        ("a=1 | eval b=1, c=b | stats count by c", None),
        ("a=1 | eval b=1 | stats count by `m`", None),
        ("a=1 | eval b=1 | head 5", None),
    ],
    "fields-early": [
        ("a=1 | dedup b | stats count by c", "a=1 | fields b, c | dedup b | stats count by c"),
        (
            "a=1 | dedup b | eval d=1, e=d.f | stats count by d, e",
            "a=1 | fields b, d, d.f, f | dedup b | eval d=1, e=d.f | stats count by d, e",
        ),
        ("a=1 | stats count by c", None),
        ("a=1 | dedup b", None),
        ("a=1 | dedup b | search foo | stats count by c", None),
    ],
    "add-time-bound": [
        ("index=x a=1", "index=x earliest=-24h a=1"),
        ("index=x earliest=-1h", None),
        ("| tstats count where index=x by host", "| tstats count where index=x earliest=-24h by host"),
    ],
    "join-to-stats": [
        (
            "a=1 | join user [search b=2] | table user, dest",
            "a=1 OR b=2 | stats values(dest) as dest by user | table user, dest",
        ),
        ("a=1 | join user [search b=2]", None),
    ],
    "transaction-to-stats": [
        (
            "a=1 | transaction user maxspan=5m | where eventcount>5",
            "a=1 | stats count as eventcount, min(_time) as first_time, max(_time) as last_time by user"
            " | eval duration=last_time - first_time | where eventcount > 5",
        ),
        ("a=1 | transaction user | where dest=5", None),
    ],
    "name-instead-of-path": [
        (r'Image IN ("*\\cmd.exe", "*\\x y.exe")', 'process_name IN (cmd.exe, "x y.exe")'),
        (r'Image="*\\a\\cmd.exe"', None),
        (r'user="*\\cmd.exe"', None),
    ],
    "dedup-in-subsearch": [
        ("a=1 [search b=2 | fields user]", "a=1 [search b=2 | dedup user | fields user]"),
        ("a=1 [search b=2 | stats count by user | fields user]", None),
    ],
    "eventstats-to-stats": [
        (
            "a=1 | eventstats count by b | dedup b | table b, count",
            "a=1 | stats count by b | table b, count",
        ),
        ("a=1 | eventstats count by b | dedup b | table b, c", None),
    ],
    "dedup-to-stats": [
        ("a=1 | dedup b, c | table c, b", "a=1 | stats count by b, c | table c, b"),
        ("a=1 | dedup b | table c", None),
    ],
}
