"""Whether numbers can be relied on: revisions, cross checks, operation. In: `meta.issue`, `meta.restatement`. Out: lists."""
