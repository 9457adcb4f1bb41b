-- grain: one weighed pair, and what the strongest rival of either side takes from its odds
-- key: record_l, record_r
-- reads: work.weighed
-- writes: work.rivals
with edges as (
    select record_l as record, record_r as other, match_weight, stated from work.weighed
    union all
    select record_r as record, record_l as other, match_weight, stated from work.weighed
),

likely as (
    select *
    from edges
    where match_weight >= 0
    qualify row_number() over (partition by record order by match_weight desc, other) <= $max_rivals
),

-- A record, one that it may be, and a rival: another that it may be.
facing as (
    select
        e.record,
        e.other,
        r.other as rival,
        r.match_weight as rival_weight,
        e.stated & r.stated as stated
    from edges as e
    join likely as r on e.record = r.record and e.other <> r.other
),

-- What speaks against the two being one, of which the record itself has nothing to say.
apart as (
    select
        f.record,
        f.other,
        power(2, least(f.rival_weight, 60)) as odds,
        power(2, least(0, greatest(
            -$max_against,
            w.repeat_bits
            + list_sum(list_transform(w.bits, lambda b, i: case when f.stated >> (i - 1) & 1 = 1 then 0 else b end))
        ))) as both_share
    from facing as f
    join work.weighed as w
        on least(f.other, f.rival) = w.record_l and greatest(f.other, f.rival) = w.record_r
),

taken as (
    select
        record,
        other,
        max((1 + odds) / (1 + odds * both_share)) as taken
    from apart
    group by record, other
)

select
    w.record_l,
    w.record_r,
    greatest(coalesce(l.taken, 1), coalesce(r.taken, 1)) as taken
from work.weighed as w
left join taken as l on w.record_l = l.record and w.record_r = l.other
left join taken as r on w.record_r = r.record and w.record_l = r.other
order by w.record_l, w.record_r
