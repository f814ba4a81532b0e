//! UIMA annotation types, as in WebAnno and INCEpTION: many types ("layers") with features. One of the features names
//! the entities.

/// Annotation type with its features.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AnnotationType {
    /// Full name, for example `de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity`.
    pub name: String,
    /// Names of the string features.
    pub features: Vec<String>,
}

impl AnnotationType {
    /// Returns the last part of the type name.
    pub fn short_name(&self) -> &str {
        short_type_name(&self.name)
    }
}

/// Returns the last part of a type name, in Java or XML notation.
pub(super) fn short_type_name(name: &str) -> &str {
    name.rsplit(['.', ':', '/']).next().unwrap_or(name)
}

/// Type of named entities in DKPro, INCEpTION and WebAnno; its feature is `value`.
pub(super) const NAMED_ENTITY: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity";

/// Types that segment or describe tokens, and therefore do not mark entities.
const NON_ENTITY_TYPES: [&str; 12] = [
    "Token",
    "Sentence",
    "Paragraph",
    "Lemma",
    "Stem",
    "POS",
    "MorphologicalFeatures",
    "Morpheme",
    "Dependency",
    "DocumentMetaData",
    "DocumentAnnotation",
    "Heading",
];

/// Features that name an entity class, the most likely first.
const LABEL_FEATURES: [&str; 6] = ["value", "label", "type", "category", "kind", "tag"];

/// Selects the type of entities and the feature with their label, as indices. The type `NamedEntity` wins, then a type with "entity"
/// in its name, then the first type. Token types are excluded. `None` if no type remains.
pub(super) fn select_entity_type(layers: &[AnnotationType]) -> Option<(usize, usize)> {
    let rank = |l: &AnnotationType| match l.short_name() {
        "NamedEntity" => 0,
        name if name.to_ascii_lowercase().contains("entity") => 1,
        _ => 2,
    };
    let feature = |l: &AnnotationType| {
        let named = LABEL_FEATURES.iter().find_map(|n| l.features.iter().position(|f| f == n));
        named.or_else(|| l.features.iter().position(|f| !f.is_empty() && !f.starts_with("ROLE_")))
    };
    (0..layers.len())
        .filter(|i| !NON_ENTITY_TYPES.contains(&layers[*i].short_name()))
        .filter_map(|i| Some((i, feature(&layers[i])?)))
        .min_by_key(|(i, _)| (rank(&layers[*i]), *i))
}

/// Returns a message about the selected type and feature.
pub(super) fn describe_selection(layer: &AnnotationType, feature: usize) -> String {
    format!("spans from {}, labels from feature “{}”", layer.short_name(), layer.features[feature])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_entity_type_and_feature() {
        let layer = |text: &str| {
            let (name, features) = text.split_once('|').expect("a layer");
            AnnotationType { name: name.into(), features: features.split('|').map(str::to_owned).collect() }
        };
        let check = |layers: &[&str], expected: Option<(usize, usize)>| {
            let layers: Vec<AnnotationType> = layers.iter().map(|l| layer(l)).collect();
            assert_eq!(select_entity_type(&layers), expected, "{layers:?}");
        };
        check(&["a.POS|PosValue", "custom.Letter|x", NAMED_ENTITY_WITH_FEATURES], Some((2, 1)));
        check(&["a.Lemma|value", "webanno.custom.LetterEntity|entity_id|value"], Some((1, 1)));
        check(&["webanno.custom.Tex|LayoutElement"], Some((0, 0)));
        check(&["a.Token|form", "a.POS|PosValue"], None);
        check(&["custom.Empty|"], None);
    }

    const NAMED_ENTITY_WITH_FEATURES: &str = "ner.type.NamedEntity|identifier|value";
}
