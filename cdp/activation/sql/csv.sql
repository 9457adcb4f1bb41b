-- grain: one identified customer, every column of the golden record
-- key: customer_id
-- reads: published.customers
-- writes: outbox.csv
select
    * replace (
        array_to_string(emails, ';') as emails,
        array_to_string(phones, ';') as phones,
        array_to_string(sources, ';') as sources
    )
from published.customers
where kind = 'identified'
order by customer_id
