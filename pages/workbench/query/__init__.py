"""Ad-hoc SQL in the browser: editor, runs, results, the shelf of saved queries. In: a statement. Out: rows and files."""
