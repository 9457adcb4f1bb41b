-- grain: two customers who seem to share a home: the weight of the records that say most, and two ties
-- key: first_l, first_r
-- reads: identity.household_pairs, identity.members, identity.records
-- writes: work.home_ties
with placed as (
    select
        m.customer_id,
        r.*
    from identity.records as r
    join identity.members as m on r.record_id = m.record_id and m.valid_to is null
),

-- A customer by its smallest record: ids hang on what came when, and who is whom must not.
firsts as (
    select
        customer_id,
        min(record_id) as first_record
    from placed
    group by customer_id
),

-- The most, not the sum: another pair of records of the same two repeats what was said.
likely as (
    select
        least(l.customer_id, r.customer_id) as customer_l,
        greatest(l.customer_id, r.customer_id) as customer_r,
        max(p.household_weight) as weight_bits
    from identity.household_pairs as p
    join placed as l on p.record_l = l.record_id
    join placed as r on p.record_r = r.record_id
    where l.customer_id <> r.customer_id
    group by all
),

surnames as (
    select distinct
        customer_id,
        surname
    from placed
    where surname is not null
),

of_one_name as (
    select distinct
        p.customer_l,
        p.customer_r
    from likely as p
    join surnames as l on p.customer_l = l.customer_id
    join surnames as r on p.customer_r = r.customer_id
    where
        l.surname = r.surname
        or (length(l.surname) > 3 and damerau_levenshtein(l.surname, r.surname) = 1)
),

employers as (
    select distinct
        customer_id,
        company
    from placed
    where company is not null
),

of_one_employer as (
    select distinct
        p.customer_l,
        p.customer_r
    from likely as p
    join employers as l on p.customer_l = l.customer_id
    join employers as r on p.customer_r = r.customer_id and l.company = r.company
),

held as (
    select distinct
        customer_id,
        value
    from (
        select customer_id, unnest(emails) as value from placed
        union all
        select customer_id, unnest(phones) as value from placed
        union all
        select customer_id, unnest(devices) as value from placed
    ) as listed
),

contacts as (
    select
        customer_id,
        value
    from held
    qualify count(*) over (partition by value) <= $max_customers
),

in_contact as (
    select distinct
        p.customer_l,
        p.customer_r
    from likely as p
    join contacts as l on p.customer_l = l.customer_id
    join contacts as r on p.customer_r = r.customer_id and l.value = r.value
),

addresses as (
    select distinct
        customer_id,
        street,
        coalesce(postcode, city) as place,
        unit
    from placed
    where street is not null and coalesce(postcode, city) is not null
),

in_house as (
    select
        street,
        place,
        count(distinct customer_id) as customers
    from addresses
    group by street, place
),

in_flat as (
    select
        street,
        place,
        unit,
        count(*) as customers
    from addresses
    where unit is not null
    group by street, place, unit
),

-- Where one of them states no unit, all of the house may be meant.
at_one_address as (
    select distinct
        p.customer_l,
        p.customer_r
    from likely as p
    join addresses as l on p.customer_l = l.customer_id
    join addresses as r
        on
            p.customer_r = r.customer_id
            and l.street = r.street
            and l.place = r.place
            and coalesce(l.unit = r.unit, true)
    join in_house as h on l.street = h.street and l.place = h.place
    left join in_flat as f on l.street = f.street and l.place = f.place and l.unit = f.unit and l.unit = r.unit
    where coalesce(f.customers, h.customers) <= $max_customers
),

tied as (
    select
        p.*,
        n.customer_l is not null as is_of_one_name,
        a.customer_l is not null as is_at_one_address,
        c.customer_l is not null as is_in_contact,
        e.customer_l is not null as is_of_one_employer
    from likely as p
    left join of_one_name as n on p.customer_l = n.customer_l and p.customer_r = n.customer_r
    left join at_one_address as a on p.customer_l = a.customer_l and p.customer_r = a.customer_r
    left join in_contact as c on p.customer_l = c.customer_l and p.customer_r = c.customer_r
    left join of_one_employer as e on p.customer_l = e.customer_l and p.customer_r = e.customer_r
)

-- Colleagues share a switchboard, a mailbox, a computer: among them only name and address tell.
select
    least(l.first_record, r.first_record) as first_l,
    greatest(l.first_record, r.first_record) as first_r,
    t.weight_bits
from tied as t
join firsts as l on t.customer_l = l.customer_id
join firsts as r on t.customer_r = r.customer_id
where
    case
        when t.is_of_one_employer then t.is_of_one_name and t.is_at_one_address
        else
            cast(t.is_of_one_name as int) + cast(t.is_at_one_address as int) + cast(t.is_in_contact as int) >= 2
    end
order by first_l, first_r
