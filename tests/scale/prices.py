"""List prices in USD in us-east-1, and quotas, at the time of writing."""

GIB = 2**30

GB_SECOND = 0.0000133334  # arm64
LAMBDA_REQUEST = 0.20e-6
API_REQUEST = 1.00e-6
S3_PUT = 0.005e-3  # also COPY, POST, LIST
S3_GET = 0.0004e-3
S3_MONTH = 0.023 / GIB  # of a byte
TRANSFER_OUT = 0.09 / GIB  # of a byte
SQS_REQUEST = 0.40e-6
WRITE_UNIT = 0.625e-6
READ_UNIT = 0.125e-6
MAIL = 0.10e-3

DAYS_IN_MONTH = 30.4
HOURS_IN_MONTH = 730

# An account's default, once AWS has moved it out of the SES sandbox.
MAILS_A_DAY = 50_000
LAMBDA_CONCURRENCY = 1000
# For each key prefix of a bucket, and for each partition key of a table, per second.
S3_GETS = 5500
WRITE_UNITS = 1000
# The parameter ExtractConcurrency in an account with a higher quota than a new account.
EXTRACT_CONCURRENCY = 100
# The template's throttle, per second.
API_REQUESTS = 100
