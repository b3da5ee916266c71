-- self-check beginPass
update self_check set mark = $1, begun_at = $2;

-- self-check endPass
update self_check set mark = null, verified_index = $1, clean_at = $2, difference = null;
update self_check set mark = null, verified_index = $1, difference = $2, failures = failures + 1;

-- self-check keepMark
update self_check set mark = $1, verified_index = $2;

-- self-check readSelfCheck
select mark, verified_index, begun_at, clean_at, difference, failures from self_check;
