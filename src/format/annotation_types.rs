//! UIMA's annotations, as WebAnno and INCEpTION have them: of many types ("layers") with features, of which one names the
//! entities.

/// A type of annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AnnotationType {
    /// `de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity`.
    pub name: String,
    /// The features that hold texts.
    pub features: Vec<String>,
}

impl AnnotationType {
    /// The last part of a type's name.
    pub fn short_name(&self) -> &str {
        short_type_name(&self.name)
    }
}

/// The last part of a type's name, in Java's or in XML's notation.
pub(super) fn short_type_name(name: &str) -> &str {
    name.rsplit(['.', ':', '/']).next().unwrap_or(name)
}

/// The type that stands for named entities in DKPro, INCEpTION and WebAnno; its feature is `value`.
pub(super) const NAMED_ENTITY: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity";

/// Types that part or describe words, and so name no entities.
const TOKEN_TYPES: [&str; 12] = [
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

/// Features that name a kind, the likeliest first.
const LABEL_FEATURES: [&str; 6] = ["value", "label", "type", "category", "kind", "tag"];

/// Which layer and which of its features name entities: `NamedEntity`'s value where there is one, else the first layer that is
/// about more than words. `None` where there is none.
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
        .filter(|i| !TOKEN_TYPES.contains(&layers[*i].short_name()))
        .filter_map(|i| Some((i, feature(&layers[i])?)))
        .min_by_key(|(i, _)| (rank(&layers[*i]), *i))
}

/// How the choice is told.
pub(super) fn describe_selection(layer: &AnnotationType, feature: usize) -> String {
    format!("spans from {}, their labels from its feature “{}”", layer.short_name(), layer.features[feature])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_of_entities_is_found() {
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
