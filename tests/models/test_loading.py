"""Folders: what loads, and the one line for each thing that does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_models
import torch
from safetensors.torch import load_file, save_file
from tiny_models import SENTENCES, score

from audit.models import BUNDLED, Request, hub, load_model, loading
from audit.schema import CaveatError, ModelUnavailable, ModelUnsupported

ROOT = Path(__file__).parent.parent.parent
LABELS = {0: "negative", 1: "neutral", 2: "positive"}


def edit(folder, **changes):
    """Change config.json; None takes a key out."""
    path = f"{folder}/config.json"
    with open(path, encoding="utf-8") as stream:
        config = json.load(stream)
    config.update(changes)
    with open(path, "w", encoding="utf-8") as stream:
        json.dump({key: value for key, value in config.items() if value is not None}, stream)


def drop(folder, *parts):
    """Take weights out of a checkpoint by parts of their names."""
    path = f"{folder}/model.safetensors"
    kept = {key: value for key, value in load_file(path).items() if not any(part in key for part in parts)}
    save_file(kept, path, metadata={"format": "pt"})


@pytest.fixture
def bert(tmp_path):
    return tiny_models.save(tmp_path / "bert", *tiny_models.make("bert"))


@pytest.fixture
def classifier(tmp_path):
    made = tiny_models.make("bert", "ForSequenceClassification", id2label=LABELS)
    return tiny_models.save(tmp_path / "classifier", *made)


def test_what_is_recorded_of_a_folder(bert):
    info = load_model(bert).info
    # By its name alone: where somebody keeps it is private.
    assert (info.id, info.kind) == (Path(bert).name, "masked-lm")
    assert (info.tasks, info.architecture) == (("fill-mask",), "BertForMaskedLM")
    assert (info.dtype, info.device, info.labels, info.label_source) == ("float32", "cpu", {}, "")
    assert info.parameters == sum(p.numel() for p in tiny_models.make("bert")[0].parameters())


def test_the_digest_is_of_the_weights(bert, tmp_path):
    import hashlib

    with open(f"{bert}/model.safetensors", "rb") as stream:
        assert load_model(bert).info.revision == hashlib.sha256(stream.read()).hexdigest()
    (tmp_path / "a-1").write_bytes(b"one")
    (tmp_path / "a-2").write_bytes(b"two")
    both = loading.digest(tmp_path, ["a-1", "a-2"])
    assert both == loading.digest(tmp_path, ["a-2", "x.index.json", "a-1"])
    assert both != loading.digest(tmp_path, ["a-1"])


def test_half_precision_checkpoints_run_in_float32(tmp_path):
    model, tokenizer = tiny_models.make("bert")
    loaded = load_model(tiny_models.save(tmp_path, model.half(), tokenizer))
    (row,) = loaded.prepare([Request("the [MASK]", choices=("man",))])[0]
    assert loaded.forward([row])[0].log_probs[0][0] < 0
    assert {p.dtype for p in loaded._vocabulary._model.parameters()} == {torch.float32}


def test_both_pre_training_heads_are_fine(tmp_path):
    model, tokenizer = tiny_models.make("bert", "ForPreTraining")
    assert load_model(tiny_models.save(tmp_path, model, tokenizer)).info.architecture == "BertForMaskedLM"


def test_deberta_checkpoints_with_the_second_head_name(tmp_path):
    model, tokenizer = tiny_models.make("deberta")
    folder = tiny_models.save(tmp_path, model, tokenizer)
    expected = score(load_model(folder), [Request(SENTENCES[0], "log_likelihood")])[0].value
    edit(folder, legacy=None)
    assert score(load_model(folder), [Request(SENTENCES[0], "log_likelihood")])[0].value == expected


def test_a_silent_config_is_taken_for_a_masked_model(bert):
    edit(bert, architectures=None)
    assert load_model(bert).info.kind == "masked-lm"


@pytest.mark.parametrize(
    ("architectures", "task", "kind"),
    [
        (["RobertaForMaskedLM"], "", "masked-lm"),
        (["RobertaForMaskedLM"], "text-classification", "masked-lm"),
        (["ElectraForPreTraining"], "", "masked-lm"),
        (["DebertaV2ForSequenceClassification"], "", "classifier"),
        ([], "text-classification", "classifier"),
        ([], "fill-mask", "masked-lm"),
        (["LlamaForCausalLM"], "", "causal-lm"),
        (["GPT2LMHeadModel"], "", "causal-lm"),
        ([], "text-generation", "causal-lm"),
    ],
)
def test_kinds(architectures, task, kind):
    assert loading.kind_of("o/m", architectures, task) == kind


@pytest.mark.parametrize(
    ("architectures", "task", "line"),
    [
        (["MarianMTModel"], "translation", "turns one text into another"),
        (["BartForConditionalGeneration"], "", "turns one text into another"),
        (["BertForTokenClassification"], "", "labels single words"),
        (["BertForQuestionAnswering"], "", "marks answers"),
        (["BertModel"], "", "is an encoder without a head"),
        (["ViTForImageClassification"], "", "is a ViTForImageClassification"),
        ([], "text-to-image", "is made for text-to-image"),
    ],
)
def test_wrong_tasks_are_named(architectures, task, line):
    with pytest.raises(ModelUnsupported, match=rf"{line}.*: Caveat audits fill-mask, text-gen") as found:
        loading.kind_of("o/m", architectures, task)
    assert found.value.exit_code == 4


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert", "albert", "electra", "mpnet", "modernbert"])
def test_an_encoder_passed_off_as_a_masked_model_is_refused(tmp_path, name):
    model, tokenizer = tiny_models.make(name, "Model")
    folder = tiny_models.save(tmp_path, model, tokenizer)
    edit(folder, architectures=[f"{tiny_models.ARCHITECTURES[name][0]}ForMaskedLM"])
    with pytest.raises(ModelUnsupported, match="has no trained fill-mask head .*: it would answer at random; choose"):
        load_model(folder)


def test_a_discriminator_has_no_fill_mask_head(tmp_path):
    folder = tiny_models.save(tmp_path, *tiny_models.make("electra", "ForPreTraining"))
    with pytest.raises(ModelUnsupported, match="no trained fill-mask head"):
        load_model(folder)


def test_a_language_model_passed_off_as_a_classifier_is_refused(bert):
    edit(bert, architectures=["BertForSequenceClassification"], id2label=LABELS)
    with pytest.raises(ModelUnsupported, match="no trained classification head .*classifier.bias"):
        load_model(bert)


@pytest.mark.parametrize("part", ["pooler", "encoder.layer.1."])
def test_a_classifier_needs_all_its_weights(classifier, part):
    drop(classifier, part)
    with pytest.raises(ModelUnsupported, match="no trained classification head .*it would answer at random"):
        load_model(classifier)


def test_a_head_of_another_size_is_refused(classifier):
    edit(classifier, id2label={0: "negative", 1: "positive"}, label2id={"negative": 0, "positive": 1})
    with pytest.raises(ModelUnavailable, match="names 2 classes, and its head has 3 .*correct id2label"):
        load_model(classifier)


def test_a_missing_layer_is_refused(bert):
    drop(bert, "encoder.layer.1.")
    with pytest.raises(ModelUnsupported, match="lacks weights of its encoder .*encoder.layer.1"):
        load_model(bert)


def cut_weights(folder):
    with open(f"{folder}/model.safetensors", "r+b") as stream:
        stream.truncate(2000)


def fake_bin(folder):
    import os

    os.remove(f"{folder}/model.safetensors")
    with open(f"{folder}/pytorch_model.bin", "wb") as stream:
        stream.write(b"no weights at all")


def cut_config(folder):
    with open(f"{folder}/config.json", "r+b") as stream:
        stream.truncate(30)


def lose_shard(folder):
    import os

    os.remove(f"{folder}/model.safetensors")
    with open(f"{folder}/model.safetensors.index.json", "w", encoding="utf-8") as stream:
        json.dump({"weight_map": {"a": "model-00001-of-00001.safetensors"}}, stream)


def lose(file):
    def damage(folder):
        import os

        os.remove(f"{folder}/{file}")

    return damage


def list_config(folder):
    with open(f"{folder}/config.json", "w", encoding="utf-8") as stream:
        stream.write("[1]")


def break_tokenizer(folder):
    with open(f"{folder}/tokenizer.json", "w", encoding="utf-8") as stream:
        stream.write("{")


def bad_index(folder):
    lose_shard(folder)
    with open(f"{folder}/model.safetensors.index.json", "w", encoding="utf-8") as stream:
        stream.write("{")


def adapter_only(folder):
    lose("config.json")(folder)
    with open(f"{folder}/adapter_config.json", "w", encoding="utf-8") as stream:
        json.dump({"base_model_name_or_path": "o/base", "peft_type": "LORA"}, stream)


def checkpoints(folder):
    lose("config.json")(folder)
    for number in (500, 1000):
        (Path(folder) / f"checkpoint-{number}").mkdir()
        (Path(folder) / f"checkpoint-{number}" / "config.json").write_text("{}")


def only(file):
    def damage(folder):
        lose("model.safetensors")(folder)
        (Path(folder) / file).write_bytes(b"")

    return damage


def wrapped(folder):
    path = f"{folder}/model.safetensors"
    save_file({f"module.{key}": value for key, value in load_file(path).items()}, path, metadata={"format": "pt"})


def packed(**settings):
    return lambda folder: edit(folder, quantization_config=settings)


@pytest.mark.parametrize(
    ("damage", "kind", "line"),
    [
        (bad_index, ModelUnavailable, "model.safetensors.index.json in .* is damaged"),
        (adapter_only, ModelUnsupported, r"is an adapter for o/base, and no whole model: merge it"),
        (checkpoints, ModelUnsupported, "its folders checkpoint-1000, checkpoint-500 have one each: name one of them"),
        (only("x.Q4_K_M.gguf"), ModelUnavailable, r"only GGUF \(x.Q4_K_M.gguf\)"),
        (only("model.onnx"), ModelUnavailable, r"only ONNX \(model.onnx\)"),
        (only("tf_model.h5"), ModelUnavailable, r"only TensorFlow \(tf_model.h5\)"),
        (wrapped, ModelUnsupported, r"saved from a DataParallel wrapper .*save model.module"),
        (packed(quant_method="gptq", bits=4), ModelUnsupported, r"has quantised weights \(gptq, 4 bits\)"),
        (packed(quant_method="fp8"), ModelUnsupported, r"has quantised weights \(fp8\), and Caveat reads plain ones"),
        (packed(quant_method="bitsandbytes", load_in_8bit=True), ModelUnsupported, r"\(bitsandbytes, 8 bits\)"),
        (lambda f: edit(f, id2label=["negative", "positive"]), ModelUnavailable, "does not number its classes 0, 1, 2"),
        (lambda f: edit(f, id2label={"1": "a", "2": "b"}), ModelUnavailable, "does not number its classes 0, 1, 2"),
        (cut_weights, ModelUnavailable, "the weights of .* are damaged: delete that copy"),
        (fake_bin, ModelUnavailable, "the weights of .* are damaged: delete that copy"),
        (cut_config, ModelUnavailable, "config.json of .* is damaged"),
        (list_config, ModelUnavailable, "config.json of .* is damaged"),
        (lose_shard, ModelUnavailable, "lacks the weight file model-00001-of-00001.safetensors"),
        (lose("model.safetensors"), ModelUnavailable, "has no weights that PyTorch reads"),
        (lose("tokenizer.json"), ModelUnavailable, "has no tokenizer"),
        (lose("config.json"), CaveatError, "has no config.json: give the folder that save_pretrained wrote"),
        (break_tokenizer, ModelUnsupported, "could not be loaded: "),
        (lambda f: edit(f, model_type="nonsuch"), ModelUnsupported, "does not know"),
        (
            lambda f: edit(f, model_type="nonsuch", auto_map={"AutoConfig": "code.Config", "AutoModel": "code.Model"}),
            ModelUnsupported,
            "needs code from its repository, and Caveat runs none",
        ),
        (lambda f: edit(f, vocab_size=20), ModelUnsupported, "fill-mask head|more words"),
    ],
)
def test_damage_is_one_line(bert, damage, kind, line):
    damage(bert)
    with pytest.raises(kind, match=line) as found:
        load_model(bert)
    assert "\n" not in str(found.value)
    assert bert in str(found.value)


def test_an_adapter_beside_a_model_is_not_applied_and_told(bert):
    (Path(bert) / "adapter_config.json").write_text('{"base_model_name_or_path": "o/base"}')
    assert "adapter" in " ".join(load_model(bert).info.notes)


def test_kinds_that_a_name_does_not_say():
    for architecture in ("XLMWithLMHeadModel", "FlaubertWithLMHeadModel"):
        assert loading.kind_of("o/m", [architecture]) == "masked-lm"
    for architecture in ("Gemma3ForConditionalGeneration", "Gemma4ForConditionalGeneration"):
        assert loading.kind_of("o/m", [architecture]) == "causal-lm"


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    small, _ = tiny_models.make("bert", vocab_size=30)
    folder = tiny_models.save(tmp_path, small, tiny_models.wordpiece())
    with pytest.raises(ModelUnsupported, match=r"has more words \(\d+\) than the model \(30\)"):
        load_model(folder)


def test_a_model_that_does_not_fit_is_refused_before_it_is_read(bert, monkeypatch):
    monkeypatch.setattr(hub, "free_memory", lambda: 1000)
    with pytest.raises(ModelUnsupported, match="GB is free: close other programs"):
        load_model(bert)


def test_a_tokenizer_without_a_mask_cannot_fill_blanks(tmp_path):
    model, tokenizer = tiny_models.make("bert")
    folder = tiny_models.save(tmp_path, model, tokenizer)
    path = f"{folder}/tokenizer_config.json"
    with open(path, encoding="utf-8") as stream:
        config = json.load(stream)
    with open(path, "w", encoding="utf-8") as stream:
        json.dump({key: value for key, value in config.items() if key != "mask_token"}, stream)
    with pytest.raises(ModelUnsupported, match="no mask token: it cannot fill blanks"):
        load_model(folder)


def test_options_that_do_not_go_together(bert):
    with pytest.raises(CaveatError, match="--labels is for classifiers"):
        load_model(bert, labels="LABEL_0=negative,LABEL_1=positive")
    with pytest.raises(CaveatError, match="--revision does not go with the bundled model word-count"):
        load_model("word-count", revision="main")
    with pytest.raises(CaveatError, match="--revision is for models on the Hub, and .* is a folder"):
        load_model(bert, revision="main")
    with pytest.raises(CaveatError, match="no model given: name a Hub id, a folder, or one of fill-mask, "):
        load_model(" ")


def test_bundled_names_go_before_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "word-count").mkdir()
    assert load_model("word-count").info.kind == "function"
    assert all("/" not in name for name in BUNDLED)


def test_the_package_is_quick_to_import():
    import subprocess
    import sys

    code = (
        "import sys, audit.models, audit.models.gate, audit.models.function, audit.models.labels; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'huggingface_hub', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
