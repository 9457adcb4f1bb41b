-- grain: one identified customer as a Contact of Salesforce
-- key: Cdp_Id__c
-- reads: published.customers
-- writes: outbox.salesforce
select
    customer_id as "Cdp_Id__c",
    title as "Salutation",
    given_name as "FirstName",
    middle_name as "MiddleName",
    surname as "LastName",
    suffix as "Suffix",
    email as "Email",
    phone as "Phone",
    birth_date as "Birthdate",
    job_title as "Title",
    concat_ws(', ', street, unit) as "MailingStreet",
    city as "MailingCity",
    region as "MailingState",
    postcode as "MailingPostalCode",
    country as "MailingCountry",
    -- Only a refusal is told: an empty cell leaves the CRM's own opt-out as it is.
    case when not email_consent then true end as "HasOptedOutOfEmail",
    case when not phone_consent or not sms_consent then true end as "DoNotCall"
from published.customers
where kind = 'identified'
order by customer_id
