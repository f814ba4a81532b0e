#!/usr/bin/env bash
# Fuzzes every reader, with seeds converted from the sample. Requires a release build and a C++ compiler. Runs on stable
# Rust: safe code needs no sanitizer, only the coverage counters of libFuzzer.
# usage: run.sh SECONDS [FORMAT...]
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?usage: run.sh SECONDS [FORMAT...]}
shift
program=../../target/release/tagwright
formats=("$@")
if [ "${#formats[@]}" -eq 0 ]; then
    mapfile -t formats < <("$program" formats --json | python3 -c 'import json, sys; [print(f["name"]) for f in json.load(sys.stdin)["formats"]]')
fi

counters="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
counters="$counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS=$counters cargo build --release --quiet --target "$target" --target-dir ../../target/fuzz
fuzzer=$PWD/../../target/fuzz/$target/release/readers

work=../../target/fuzz/work
for format in "${formats[@]}"; do
    seeds=$work/$format
    mkdir -p "$seeds"
    if "$program" convert ../../assets/sample/dev.conll "$work/seed" --to "$format" --scheme iob2 >/dev/null 2>&1; then
        if [ -d "$work/seed" ]; then
            find "$work/seed" -type f -not -name '*.txt' | head -5 | while read -r file; do cp "$file" "$seeds/$(basename "$file")"; done
        else
            head -c 4096 "$work/seed" >"$seeds/seed"
            cp "$work/seed" "$seeds/whole"
        fi
        rm -rf "$work/seed"
    fi
    case $format in
        xlsx) cp ../golden/texts.xlsx "$seeds" ;;
        spacy) cp ../golden/two.spacy "$seeds" ;;
        hf-parquet) cp ../golden/datasets.parquet "$seeds" ;;
        arrow) cp ../golden/tokens.arrow ../golden/texts.arrow "$seeds" ;;
        uima-*) cp ../golden/uima."${format#uima-}" "$seeds" ;;
        docx | pdf | html | markdown | eml) python3 documents.py "$format" "$seeds" ;;
        text) printf 'Zoë sails. It rains.\n\nOslo\n' >"$seeds/seed" ;;
    esac
    python3 shapes.py "$format" "$seeds"
    printf '%s: ' "$format"
    if TAGWRIGHT_FORMAT=$format "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$seeds-crash-" "$seeds" >"$seeds.log" 2>&1; then
        echo "$(sed -n 's/^stat::number_of_executed_units: *//p' "$seeds.log") runs, nothing found"
    else
        echo "FAILED; see $seeds.log and $(ls "$seeds"-crash-* 2>/dev/null | tr '\n' ' ')"
    fi
done
