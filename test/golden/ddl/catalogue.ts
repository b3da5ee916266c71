/**
 * The statements that read a database schema back from pg_catalog, one line for each thing, in an order that depends on names
 * alone. Leaves out what versions of PostgreSQL tell differently: not-null constraints, and the rights of owners.
 */

const NAMESPACE = `(select oid from pg_catalog.pg_namespace where nspname = $1)`;
const KIND = `case class.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' end`;

/** Who may enter. */
export const SCHEMA = `
  select pg_catalog.format('schema %I, owner %s%s', nspname, pg_catalog.pg_get_userbyid(nspowner),
    coalesce(', ' || (select pg_catalog.string_agg(pg_catalog.format('%s for %s', lower(acl.privilege_type), coalesce(role.rolname, 'public')), ', ' order by role.rolname, acl.privilege_type)
      from pg_catalog.aclexplode(nspacl) acl left join pg_catalog.pg_roles role on role.oid = acl.grantee where acl.grantee <> nspowner), '')) as line
  from pg_catalog.pg_namespace where nspname = $1`;

/** Tables, views and sequences; under each its columns, constraints, indexes, triggers, policies and rights. */
export const RELATIONS = `
  with relation as (
    select class.* from pg_catalog.pg_class class where class.relnamespace = ${NAMESPACE} and class.relkind in ('r', 'p', 'v', 'm', 'S')
  ), part as (
    select relname, 0 as part, '' as key,
      E'\\n' || ${KIND} || ' ' || pg_catalog.quote_ident(relname)
        || case when relkind in ('r', 'p') then case when relforcerowsecurity then ', row security forced' when relrowsecurity then ', row security' else ', no row security' end else '' end
        || case when relkind = 'v' then E' as\\n' || pg_catalog.pg_get_viewdef(class.oid) else '' end as line
      from relation class
    union all
    select relname, 1, pg_catalog.lpad(attnum::text, 5, '0'),
      pg_catalog.format('  %I %s%s%s', attname, pg_catalog.format_type(atttypid, atttypmod), case when attnotnull then ' not null' else '' end,
        case when attidentity <> '' then ' generated ' || case attidentity when 'a' then 'always' else 'by default' end || ' as identity'
          when attgenerated <> '' then ' generated always as (' || pg_catalog.pg_get_expr(adbin, adrelid) || ')'
          when adbin is not null then ' default ' || pg_catalog.pg_get_expr(adbin, adrelid) else '' end)
      from relation join pg_catalog.pg_attribute on attrelid = relation.oid left join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
      where attnum > 0 and not attisdropped and relkind <> 'S'
    union all
    select relname, 2, conname, pg_catalog.format('  constraint %I %s', conname, pg_catalog.pg_get_constraintdef(con.oid))
      from relation join pg_catalog.pg_constraint con on conrelid = relation.oid where contype <> 'n'
    union all
    select relation.relname, 3, kept.relname, '  ' || pg_catalog.pg_get_indexdef(kept.oid)
      from relation join pg_catalog.pg_index on indrelid = relation.oid join pg_catalog.pg_class kept on kept.oid = indexrelid
      where not exists (select 1 from pg_catalog.pg_constraint where conindid = kept.oid)
    union all
    select relname, 4, tgname, '  ' || pg_catalog.pg_get_triggerdef(rule.oid)
      from relation join pg_catalog.pg_trigger rule on tgrelid = relation.oid where not tgisinternal
    union all
    select relname, 5, polname,
      pg_catalog.format('  policy %I%s for %s to %s%s%s', polname, case when polpermissive then '' else ', restrictive,' end,
        case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        (select pg_catalog.string_agg(case when held = 0 then 'public' else pg_catalog.pg_get_userbyid(held)::text end, ', ' order by pg_catalog.pg_get_userbyid(held)) from pg_catalog.unnest(polroles) held),
        coalesce(' using (' || pg_catalog.pg_get_expr(polqual, polrelid) || ')', ''), coalesce(' with check (' || pg_catalog.pg_get_expr(polwithcheck, polrelid) || ')', ''))
      from relation join pg_catalog.pg_policy on polrelid = relation.oid
    union all
    select relname, 6, coalesce(role.rolname, 'public'),
      pg_catalog.format('  grant %s to %s', pg_catalog.string_agg(lower(acl.privilege_type), ', ' order by acl.privilege_type), coalesce(role.rolname, 'public'))
      from relation cross join pg_catalog.aclexplode(relacl) acl left join pg_catalog.pg_roles role on role.oid = acl.grantee
      where acl.grantee <> relowner group by relname, role.rolname
    union all
    select relname, 7, coalesce(role.rolname, 'public') || acl.privilege_type,
      pg_catalog.format('  grant %s (%s) to %s', lower(acl.privilege_type), pg_catalog.string_agg(attname, ', ' order by attname), coalesce(role.rolname, 'public'))
      from relation join pg_catalog.pg_attribute on attrelid = relation.oid and attnum > 0 cross join pg_catalog.aclexplode(attacl) acl left join pg_catalog.pg_roles role on role.oid = acl.grantee
      where acl.grantee <> relowner group by relname, role.rolname, acl.privilege_type
  )
  select line from part order by relname collate "C", part, key collate "C"`;

/** Functions with their bodies: some read past row security on purpose, and the body is what keeps them narrow. */
export const FUNCTIONS = `
  select E'\\n' || pg_catalog.rtrim(pg_catalog.pg_get_functiondef(proc.oid), E'\\n')
    || coalesce((select E'\\n' || pg_catalog.string_agg(pg_catalog.format('  %s for %s', lower(acl.privilege_type), coalesce(role.rolname, 'public')), E'\\n' order by role.rolname)
      from pg_catalog.aclexplode(coalesce(proacl, pg_catalog.acldefault('f', proowner))) acl left join pg_catalog.pg_roles role on role.oid = acl.grantee where acl.grantee <> proowner), '') as line
  from pg_catalog.pg_proc proc where pronamespace = ${NAMESPACE} and prokind <> 'a'
  order by proname collate "C", pg_catalog.pg_get_function_identity_arguments(proc.oid) collate "C"`;
