//! Roles of columns and fields by their names, for column files, tables and JSON.

/// Role of a column or field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// A token, or a list of tokens.
    Word,
    /// The tag of a token, or a list of tags.
    Tag,
    /// The number or name of the sentence.
    Sentence,
    /// The number or name of the document.
    Document,
    /// Part of speech, chunk, lemma: not an entity tag.
    Grammar,
    /// Train, dev or test.
    Split,
    /// The text of a document.
    Text,
    /// A label of the whole document.
    Class,
    /// Spans of the text.
    Spans,
}

/// Known names of each role, in the form of [`normalized`].
const NAMES: [(Role, &[&str]); 9] = [
    (
        Role::Word,
        &[
            "token",
            "tokens",
            "word",
            "words",
            "form",
            "surface",
            "strwords",
            "tokenizedtext",
            "palabra",
            "mot",
            "wort",
            "parola",
            "palavra",
            "slovo",
            "slowo",
            "ord",
            "词",
            "字",
            "单词",
            "字符",
            "単語",
            "слово",
            "كلمة",
        ],
    ),
    (
        Role::Tag,
        &[
            "tag",
            "tags",
            "ner",
            "ne",
            "nes",
            "iob",
            "iob2",
            "bio",
            "biotag",
            "iobtag",
            "entity",
            "entitytype",
            "entitytag",
            "nertag",
            "nertags",
            "netag",
            "netags",
            "nerlabel",
            "nerlabels",
            "wordlabels",
            "tokenlabels",
            "namedentity",
            "nelabel",
            "slot",
            "slots",
            "etiqueta",
            "etiquette",
            "etikett",
            "etichetta",
            "标签",
            "标注",
            "タグ",
            "метка",
            "тег",
        ],
    ),
    (
        Role::Sentence,
        &[
            "sentence",
            "sentence#",
            "sentenceid",
            "sentenceidx",
            "sentenceno",
            "sentencenumber",
            "sentid",
            "sentidx",
            "sent",
            "sent#",
            "sid",
            "snum",
            "sentnum",
        ],
    ),
    (
        Role::Document,
        &["document", "document#", "documentid", "docid", "doc", "doc#", "articleid", "filename", "file", "textid"],
    ),
    (
        Role::Grammar,
        &["pos", "postag", "postags", "xpos", "upos", "chunk", "chunktag", "chunktags", "lemma", "misc", "shape"],
    ),
    (Role::Split, &["split", "fold", "subset", "partition", "mluse"]),
    (
        Role::Text,
        &[
            "text",
            "texts",
            "sentence",
            "sentences",
            "content",
            "contents",
            "body",
            "tweet",
            "tweettext",
            "document",
            "message",
            "description",
            "review",
            "reviewtext",
            "comment",
            "commenttext",
            "fulltext",
            "abstract",
            "question",
            "query",
            "utterance",
            "narrative",
            "data",
            "originaltext",
            "textcontent",
            "headline",
            "article",
            "post",
            "note",
            "story",
            "rawtext",
            "sentencetext",
        ],
    ),
    (
        Role::Class,
        &[
            "label",
            "labels",
            "class",
            "classes",
            "category",
            "categories",
            "sentiment",
            "intent",
            "target",
            "y",
            "topic",
            "airlinesentiment",
            "polarity",
            "rating",
            "gold",
            "classname",
            "cats",
            "klasse",
            "kategorie",
            "bewertung",
            "stimmung",
            "categoria",
            "categoría",
            "clase",
            "etiquetas",
            "catégorie",
            "classe",
            "section",
            "类别",
            "分类",
            "класс",
            "категория",
        ],
    ),
    (Role::Spans, &["entities", "ents", "spans", "annotations", "annotation", "label", "labels"]),
];

/// Returns a name in lower case without whitespace and punctuation. `#` is kept.
pub(super) fn normalized(name: &str) -> String {
    let kept = name.trim_start_matches('\u{feff}').chars().filter(|c| c.is_alphanumeric() || *c == '#');
    kept.flat_map(char::to_lowercase).collect()
}

/// True if a name has this role.
pub(super) fn has_role(name: &str, role: Role) -> bool {
    let name = normalized(name);
    // HIPE names its layers NE-COARSE-LIT, NE-FINE-LIT, NE-NESTED.
    let is_layer = role == Role::Tag && ["necoarse", "nefine", "nenested"].iter().any(|n| name.starts_with(n));
    is_layer || NAMES.iter().any(|(r, names)| *r == role && names.contains(&name.as_str()))
}

/// Returns the role of a column of a token table. There, `text` is a token and `label` is a tag.
pub(super) fn token_role(name: &str) -> Option<Role> {
    const ROLES: [Role; 6] = [Role::Word, Role::Tag, Role::Sentence, Role::Document, Role::Grammar, Role::Split];
    let found = ROLES.into_iter().find(|role| has_role(name, *role));
    found.or_else(|| match normalized(name).as_str() {
        "text" => Some(Role::Word),
        "label" | "labels" | "class" | "category" => Some(Role::Tag),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_column_roles_from_names() {
        let check = |name: &str, expected: Option<Role>| assert_eq!(token_role(name), expected, "{name}");
        check("WORD", Some(Role::Word));
        check("Sentence #", Some(Role::Sentence));
        check("sentence_idx", Some(Role::Sentence));
        check("NE-COARSE-LIT", Some(Role::Tag));
        check("ner_tag", Some(Role::Tag));
        check(" Pos ", Some(Role::Grammar));
        check("labels", Some(Role::Tag));
        check("Text", Some(Role::Word));
        check("Oslo", None);
        check("O", None);
        assert!(
            has_role("comment_text", Role::Text) && has_role("label", Role::Class) && !has_role("label", Role::Text)
        );
    }
}
