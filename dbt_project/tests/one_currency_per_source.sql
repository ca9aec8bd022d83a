-- their amounts would be added together in every mart, so these sources are in none (run_bounds); the others are built
{{ config(severity='warn') }}

select sources.source
from {{ ref('dim_sources') }} as sources
left anti join {{ ref('run_bounds') }} as bounds on sources.source = bounds.source
where coalesce(sources.newest_event_at, sources.newest_snapshot_as_of) is not null
