"""Help with SQL: completion, examples, mistakes explained in Chinese, statements written anew for the session."""
