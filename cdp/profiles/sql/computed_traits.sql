-- grain: one customer as of one instant
-- key: customer_id
-- reads: profile.customers, profile.timeline
-- writes: profile.computed_traits
with touches as (
    select *
    from profile.timeline
    where occurred_at <= $as_of
),

by_channel as (
    select
        customer_id,
        channel,
        count(*) as touch_count,
        min(occurred_at) as first_touch_at,
        max(occurred_at) as last_touch_at,
        sum(score) as score_sum,
        count(score) as score_count
    from touches
    group by customer_id, channel
),

totals as (
    select
        customer_id,
        min(first_touch_at) as first_touch_at,
        max(last_touch_at) as last_touch_at,
        cast(sum(touch_count) as bigint) as touch_count,
        sum(score_sum) / nullif(sum(score_count), 0) as average_score,
        list(channel order by channel) as channels,
        list(touch_count order by channel) as channel_counts,
        first(channel order by touch_count desc, channel) as top_channel
    from by_channel
    group by customer_id
),

-- Orders in a customer's main currency; others are counted and never summed with them.
orders as (
    select
        customer_id,
        currency,
        count(*) as order_count,
        sum(amount) as revenue,
        max(occurred_at) as last_order_at
    from touches
    where amount > 0
    group by customer_id, currency
),

main_orders as (
    select
        *,
        sum(order_count) over (partition by customer_id) as all_orders,
        max(last_order_at) over (partition by customer_id) as latest_order_at
    from orders
    qualify row_number() over (
        partition by customer_id order by order_count desc, currency nulls last
    ) = 1
),

-- The middle of its ties places a value: below, and half of those that equal it. So no tie is
-- broken by chance, and where all are equal all are in the middle fifth.
placed as (
    select
        *,
        (cume_dist() over (order by latest_order_at) + (rank() over (order by latest_order_at) - 1) / count(*) over ())
        / 2 as recency_place,
        (cume_dist() over (order by all_orders) + (rank() over (order by all_orders) - 1) / count(*) over ())
        / 2 as frequency_place,
        (
            cume_dist() over (partition by currency order by revenue)
            + (rank() over (partition by currency order by revenue) - 1) / count(*) over (partition by currency)
        )
        / 2 as monetary_place
    from main_orders
),

scored as (
    select
        customer_id,
        currency,
        revenue,
        all_orders,
        latest_order_at,
        cast(ceil(5 * recency_place) as bigint) as rfm_recency,
        cast(ceil(5 * frequency_place) as bigint) as rfm_frequency,
        cast(ceil(5 * monetary_place) as bigint) as rfm_monetary
    from placed
)

select
    c.customer_id,
    cast($as_of as timestamp) as as_of,
    t.first_touch_at,
    t.last_touch_at,
    coalesce(t.touch_count, 0) as touch_count,
    coalesce(t.channels, cast([] as varchar[])) as channels,
    coalesce(
        cast(to_json(map(t.channels, list_transform(t.channel_counts, lambda n: round(n / t.touch_count, 4)))) as varchar),
        '{}'
    ) as channel_mix,
    t.top_channel,
    cast(coalesce(s.all_orders, 0) as bigint) as order_count,
    s.revenue,
    s.currency,
    t.average_score,
    date_diff('day', s.latest_order_at, cast($as_of as timestamp)) as recency_days,
    s.rfm_recency,
    s.rfm_frequency,
    s.rfm_monetary,
    case
        when s.customer_id is null then null
        when s.rfm_recency >= 4 and s.rfm_frequency >= 4 then 'champion'
        when s.rfm_frequency >= 4 and s.rfm_recency >= 2 then 'loyal'
        when s.rfm_recency >= 4 then 'promising'
        when s.rfm_recency = 1 then 'lapsed'
        else 'at_risk'
    end as rfm_segment
from profile.customers as c
left join totals as t on c.customer_id = t.customer_id
left join scored as s on c.customer_id = s.customer_id
order by c.customer_id
