-- grain: one candidate pair of records of differently named people who share an address or an identifier
-- key: join_key_l, join_key_r
-- reads: work.candidates, work.features
-- writes: work.home_pairs
select c.*
from work.candidates as c
join work.features as l on c.join_key_l = l.record_id
join work.features as r on c.join_key_r = r.record_id
where
    (
        (
            l.street = r.street
            and coalesce(l.postcode = r.postcode, l.city = r.city)
            and coalesce(l.unit = r.unit, true)
        )
        or list_has_any(l.emails, r.emails)
        or list_has_any(l.phones, r.phones)
        or list_has_any(l.devices, r.devices)
    )
    -- Who states no first name may be anybody of the home; father and son may have one name.
    and l.given is not null
    and r.given is not null
    and (
        not list_has_any(l.given_forms, r.given_forms)
        or l.suffix <> r.suffix
        or l.birth_date <> r.birth_date
    )
