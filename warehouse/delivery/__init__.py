"""What leaves by itself once somebody set it up: alerts when a state changes, the month's message with the county sheets.

`setup` the channels an operator declared, `alerts` what is wrong now, `message` the month in three sentences, `record`
what each channel was told, `outbox` what is due, `sending` the only place from which a request goes out.
"""
