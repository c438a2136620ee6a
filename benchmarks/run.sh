#!/usr/bin/env bash
# Times the bundled review against Snakemake's own floor: workflows of as many empty `script:` jobs.
# Run it in the project's environment: `benchmarks/run.sh [runs]`. Prints medians of whole commands.
set -euo pipefail
runs=${1:-5}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/floor/profiles/default"
cat > "$work/floor/Snakefile" <<'EOF'
JOBS = ["search", "collect", "dedupe", "screen", "code", "tabulate", "draw", "typeset", "report", "describe"]

rule all:
    default_target: True
    input: "made/report"

for number, job in enumerate(JOBS):
    rule:
        name: job
        input: [f"made/{JOBS[number - 1]}"] if number else ["begin"], ["window"] if job == "screen" else []
        output: f"made/{job}"
        script: "empty.py"
EOF
echo 'open(snakemake.output[0], "w").close()' > "$work/floor/empty.py"
touch "$work/floor/begin" "$work/floor/window"
cp "$top/profiles/default/config.yaml" "$work/floor/profiles/default/"

mkdir "$work/review"
(cd "$top" && git ls-files -z -- Snakefile config data profiles workflow | xargs -0 cp --parents -t "$work/review")

seconds() { # seconds COMMAND...: wall time of one run
    local start end
    start=$(date +%s.%N)
    "$@" > "$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
    end=$(date +%s.%N)
    awk "BEGIN { print $end - $start }"
}
clean() { cd "$1" && rm -rf results made .snakemake && snakemake; }
noop() { cd "$1" && snakemake; }
floor_window() { cd "$work/floor" && echo . >> window && snakemake; }
review_window() {
    cd "$work/review"
    if grep -q 'start: 2015-01-01' config/config.yaml; then
        sed -i 's/start: 2015-01-01/start: 2019-01-01/' config/config.yaml
    else
        sed -i 's/start: 2019-01-01/start: 2015-01-01/' config/config.yaml
    fi
    snakemake
}

for kind in clean noop window; do
    for run in $(seq 0 "$runs"); do # the first is a warm-up
        case $kind in
            window) floor=$(seconds floor_window) review=$(seconds review_window) ;;
            *) floor=$(seconds "$kind" "$work/floor") review=$(seconds "$kind" "$work/review") ;;
        esac
        [ "$run" -eq 0 ] || echo "$kind $floor $review"
    done
done | python3 -c '
import statistics, sys
rows = [line.split() for line in sys.stdin]
for kind in ("clean", "noop", "window"):
    floor, review = ([float(r[i]) for r in rows if r[0] == kind] for i in (1, 2))
    ratio = statistics.median(b / a for a, b in zip(floor, review))
    f, r = statistics.median(floor), statistics.median(review)
    print(f"{kind:8} floor {f:6.2f} s   review {r:6.2f} s   ratio {ratio:5.2f}")
'
