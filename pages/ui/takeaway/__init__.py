"""What a reader takes along from a page. In: what the page shows. Out: text, pictures, files, fixed links."""
