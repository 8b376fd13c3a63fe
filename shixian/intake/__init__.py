"""Taking cases in from a workbook or a CSV file: the template, the reader, the check of each row, the import.

`template` writes the workbook of a lifecycle from its typed facts; `reader` reads a filled-in file as it stands;
`checking` types every cell and tells every problem; `importing` opens the cases, all of them or none.
"""
