// YARA rule of: 2 reports
// Source: Quiet Lantern
// Source: mail.eml!note.txt
// Marking: TLP:AMBER+STRICT
// Entries: 1
// Left out: 9
//   7: of a type that this list cannot hold
//   2: set apart in the report (private, reserved, well known, or a link of the publisher)

import "hash"

private rule csq_2_reports_6875b500_1 {
    condition:
        hash.sha256(0, filesize) == "5f2b7c0e9d4a1836bb07e2c95a6d318f40c7e9a2b1d85f63c4e07a9218db6f35"
}

rule csq_2_reports_6875b500 {
    meta:
        description = "Files of: 2 reports"
        source = "Quiet Lantern"
        source = "mail.eml!note.txt"
        date = "2026-10-14"
        tlp = "TLP:AMBER+STRICT"
        hashes = 1
    condition:
        csq_2_reports_6875b500_1
}
