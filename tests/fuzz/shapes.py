"""Writes small files of a text format as seeds: shapes.py FORMAT FOLDER."""
import json
import pathlib
import sys

LINES = {
    "conll": [
        "word\tpos\tner\n# c\nZoë\tN\tb-PER\n\n-DOCSTART- (1)\nOslo\tN\tB-LOC|B-ORG\n",
        "sentence_id,words,labels\n0,\"\"\"a\",O\n1,\",\",B-X\n",
        "1 Los O\n1 Zoë B\n2 En I\n",
    ],
    "gmb": ["Sentence #,Word,POS,Tag\n1,\"a, b\",N,B-geo\n,\"\"\"\",X,O\n"],
    "conllu": ["# newdoc id = a\n1\tZoë\t_\tN\t_\t_\t0\tr\t_\tSpaceAfter=No name=B-PER\n\n1\tb\t_\tN\t_\t_\t0\tr\t_\tB-LOC\n"],
    "csv": [
        "text,label,split\n\"In Oslo, 😀\",LOC,train\nx,,test\n",
        "id,tokens,ner_tags\n0,\"['Zoë' 'b']\",\"['B-PER' 'O']\"\n",
        "text,labels\nZoë met,B-PER O\nit is,O O\n",
        "text,entities,a,b\nZoë met,\"[(0, 3, 'PER')]\",1,0\nx,\"{'start': [0], 'end': [1], 'label': ['A']}\",0,1\n",
    ],
    "comprehend": ["File,Line,Begin Offset,End Offset,Type\nd.txt,1,0,3,PER\nd.txt,0,1,2,X\n"],
    "rasa": [
        "version: '3.1'\nnlu:\n- intent: ask\n  examples: |\n    - [Zoë](name:z) is\n    - [b]{\"entity\": \"c\", \"role\": \"d\"}\n",
        "## intent:a\n- x [Zoë](b)\n<!-- c -->\n## synonym:d\n- e\n",
        json.dumps({"rasa_nlu_data": {"common_examples": [{"text": "Zoë", "intent": "a", "entities": [{"start": 0, "end": 1, "value": "z", "entity": "b"}]}]}}),
    ],
    "fasttext": ["__label__a,__label__b Zoë met\n__label__c\nx\n"],
    "opennlp": ["<START:per> Zoë <END>, met <START>b<END>\n\nx <END>\n"],
    "wikiner": ["Zoë|N|I-PER met|V|O ||S|O\n\nx|O\n"],
    "slash-tags": ["Zoë/PER met/O\na/b/O c\n", "北山/ns 很高/o\nx/o y/o\n"],
    "inline-xml": [
        "<DOC><PER a='b'>Zoë</PER> &amp; <ENAMEX TYPE=\"X|Y\">b <c>d</c></ENAMEX></DOC>\n<PER>e</PER>\n",
        "{{name:Zoë}} met {{b:c}}\n",
    ],
    "standoff-xml": ["<D><TEXT><![CDATA[Zoë met]]> &amp;</TEXT><TAGS><A id='1' start='0' end='3' text='Zoë' TYPE='P'/><B spans='0~1,2~3'/></TAGS></D>"],
    "parallel": ["Zoë met\nx\n"],
    "pubtator": ["1|t|Zoë.\n1|a|In b.\n1\t0\t3\tZoë\tP\tX\n1\tR\tX\tY\n\n2|t|c\n"],
    "dataturks": [json.dumps({"content": "Zoë met", "annotation": [{"label": ["P"], "points": [{"start": 0, "end": 2, "text": "Zoë"}]}]}) + "\n"],
    "cluener": [json.dumps({"text": "Zoë met", "label": {"p": {"Zoë": [[0, 2]]}}}, ensure_ascii=False) + "\n"],
    "spacy-doc-json": [json.dumps({"text": "Zoë. B", "ents": [{"start": 0, "end": 3, "label": "P"}], "sents": [{"start": 0, "end": 4}, {"start": 5, "end": 6}], "tokens": [{"start": 0, "end": 3}, {"start": 3, "end": 4}, {"start": 5, "end": 6}], "cats": {"a": 1}, "spans": {"s": [1]}})],
    "ground-truth": [json.dumps({"source": "Zoë met", "j": {"annotations": {"entities": [{"startOffset": 0, "endOffset": 3, "label": "P"}]}}, "j-metadata": {"type": "groundtruth/text-span"}, "k": [0], "k-metadata": {"type": "groundtruth/x", "class-map": {"0": "a"}}}) + "\n"],
    "vertex": [json.dumps({"textContent": "Zoë", "textSegmentAnnotations": [{"endOffset": 2, "displayName": "P"}], "dataItemResourceLabels": {"x/ml_use": "test"}}) + "\n", json.dumps({"text_snippet": {"content": "Zoë"}, "annotations": [{"display_name": "P", "text_extraction": {"text_segment": {"end_offset": "2"}}}]}) + "\n"],
    "luis": [json.dumps([{"text": "Zoë", "intent": "i", "entities": [{"entity": "P", "startPos": 0, "endPos": 1, "children": [1]}]}])],
    "bioc-json": [json.dumps({"documents": [{"id": "7", "passages": [{"offset": 0, "text": "é Zoë", "annotations": [{"infons": {"type": "P"}, "text": "Zoë", "locations": [{"offset": 2, "length": 3}]}]}, {"offset": 9, "sentences": [{"offset": 9, "text": "b"}]}], "relations": [1]}]})],
    "azure-language": [json.dumps({"projectFileVersion": "1", "stringIndexType": "Utf16CodeUnit", "assets": {"documents": [{"location": "1.txt", "dataset": "Test", "entities": [{"labels": [{"category": "P", "offset": 1, "length": 3}]}], "class": {"category": "a"}}]}})],
    "doccano": [
        json.dumps({"full_text": "Zoë", "id": 1, "spans": [{"start_position": 0, "end_position": 1, "entity_type": "P"}], "label": "a"}) + "\n",
        json.dumps({"text": "Zo\ud83d", "label": [[0, 2, "P"], ["P", 0, 1], {"start": 0, "length": 1, "labels": ["A", "B"]}]}) + "\n",
        '{\n"text": "a", "cats": {"x": 0.7}\n}\n{\n"text": "b", "entities": null\n}\n',
    ],
    "spacy-json": ["('Zoë', {'entities': [(0, 1, 'P')]}),\n('b', [(0, 1, 'X')]),\nNone\n", "D = [('Zoë met', {'words': ['Zoë', 'met'], 'entities': ['U-P', 'O']})]\n"],
    "label-studio": [json.dumps([{"data": {"a": "long text here", "b": "Zoë"}, "annotations": [{"was_cancelled": True, "result": []}, {"result": [{"value": {"start": 0, "end": 3, "text": "Zoë", "labels": ["P"]}}, {"value": {"start": 0, "end": 1}}]}], "predictions": [1]}])],
    "prodigy": [json.dumps({"text": "Zoë", "spans": None, "label": "a", "answer": "reject"}) + "\n"],
}

for number, text in enumerate(LINES.get(sys.argv[1], [])):
    pathlib.Path(sys.argv[2], f"shape-{number}").write_text(text, "utf-8", "surrogatepass")
