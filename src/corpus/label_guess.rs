//! Guesses which label of a dataset has the meaning of a label of a model.

use super::relabel::LabelMap;

/// Names of the same entity types in common label sets: CoNLL-2003, OntoNotes, WNUT-17, GMB and i2b2.
const SYNONYMS: [&[&str]; 5] = [
    &["PER", "PERSON", "PERS", "NAME"],
    &["LOC", "LOCATION", "GPE", "PLACE", "CITY", "GEO"],
    &["ORG", "ORGANIZATION", "ORGANISATION", "COMPANY", "CORPORATION"],
    &["MISC", "MISCELLANEOUS", "OTHER"],
    &["DATE", "DATES"],
];

/// Returns the label of the dataset with the same name or, without one, the first synonym.
pub fn guess<'k>(label: &str, known: &'k [String]) -> Option<&'k String> {
    let group = |label: &str| SYNONYMS.iter().position(|names| names.iter().any(|n| n.eq_ignore_ascii_case(label)));
    let same = known.iter().find(|k| *k == label).or_else(|| known.iter().find(|k| k.eq_ignore_ascii_case(label)));
    same.or_else(|| group(label).and_then(|at| known.iter().find(|k| group(k) == Some(at))))
}

/// Returns true if every label of a model has a label of the dataset, or the user has decided about it.
///
/// A decision is obsolete if its label is missing from the dataset, unless it has the name of the model label: it is then
/// a new label.
pub fn is_decided(of_model: &[String], known: &[String], map: &LabelMap) -> bool {
    of_model.iter().all(|label| match map.get(label) {
        None => known.contains(label),
        Some(None) => true,
        Some(Some(name)) => name == label || known.contains(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn guesses_prefer_the_same_name() {
        let check = |label: &str, known: &str, expected: Option<&str>| {
            let known = names(known);
            assert_eq!(guess(label, &known).map(String::as_str), expected, "{label} in {known:?}");
        };
        check("PER", "PERSON PLACE", Some("PERSON"));
        check("LOC", "PERSON PLACE", Some("PLACE"));
        check("LOC", "GPE LOC", Some("LOC"));
        check("loc", "GPE LOC", Some("LOC"));
        check("ORG", "PERSON PLACE", None);
        check("Drug", "PERSON", None);
    }

    #[test]
    fn decisions_become_obsolete_with_their_labels() {
        let check = |model: &str, known: &str, map: &[(&str, Option<&str>)], expected: bool| {
            let map = map.iter().map(|(a, b)| ((*a).to_owned(), b.map(str::to_owned))).collect();
            assert_eq!(is_decided(&names(model), &names(known), &map), expected, "{model}, {known}, {map:?}");
        };
        check("PER LOC", "PER LOC ORG", &[], true);
        check("PER LOC", "PERSON", &[], false);
        check("PER LOC", "PERSON", &[("PER", Some("PERSON")), ("LOC", None)], true);
        check("PER LOC", "PERSON", &[("PER", Some("PERSON"))], false);
        check("PER", "OTHER", &[("PER", Some("PERSON"))], false);
        check("PER", "OTHER", &[("PER", Some("PER"))], true);
    }
}
