"""Where the selects of `sql/` are run besides the embedded engine: on an Apache Spark cluster, from the same files.

    dialect    a DuckDB select as steps of Spark SQL, with the list of what does not pass as it is written
    cluster    a Spark session: what it needs, how it is set, what to do when it fails
    exchange   relations out to Parquet and results back, told apart from damaged ones
    marts      the marts of a build, computed by a cluster and handed to the build as if it had computed them
    payouts    figures and audit rules of payments over the same Parquet the embedded engine reads

Pages never talk to a cluster: what it computes comes back as Parquet and is published like everything else.
"""
