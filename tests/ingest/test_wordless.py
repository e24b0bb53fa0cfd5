from pinakes.ingest.wordless import wordless_note
from pinakes.settings import parse_settings


def test_a_plain_folder_is_told_how_to_get_words(tmp_path):
    (note,) = wordless_note(parse_settings({}), tmp_path)
    assert note.startswith("text search sees file names only; for words: pinakes index")
    assert "--encoder clip" in note
    assert "MIT" in note


def test_a_table_or_an_encoder_that_reads_needs_no_advice(tmp_path):
    (tmp_path / "items.csv").write_text("id,title\n")
    assert wordless_note(parse_settings({"source": {"path": "items.csv"}}), tmp_path) == ()
    captions = {"source": {"fields": {"id": "image_path", "text": ["caption"]}}}  # clip-retrieval's folder
    assert wordless_note(parse_settings(captions), tmp_path) == ()
    clip = {"spaces": {"picture": {"encoder": "clip:ViT-B-32__openai"}}}
    assert wordless_note(parse_settings(clip), tmp_path) == ()
