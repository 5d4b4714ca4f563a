"""What a file's name and bytes say about it: that it is binary, a lockfile, a translation or minified, so not for reading."""

from __future__ import annotations

import codecs
import re

from ingest.model import SkipRule


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Only extensions that never hold source. Content decides on the others: .mo is also Modelica, .pt a page template, .dat often text.
_BINARY_EXTENSIONS = _words(
    """
    png jpg jpeg jpe gif bmp ico icns cur tif tiff webp avif heic psd xcf ai eps mp3 mp4 m4a m4v mov avi mkv webm wav ogg oga ogv flac aac
    woff woff2 ttf otf eot ttc pfb pcf
    zip gz tgz bz2 xz 7z rar tar zst lz4 lzma br jar war ear whl egg deb rpm apk aar ipa dmg iso msi cab crx nupkg gem
    pyc pyo pyd so dll dylib exe o a class wasm pdb ilk node beam dex elc rlib rmeta bc pch gch
    pdf doc docx xls xlsx ppt pptx odt ods odp sqlite sqlite3 db mdb bin pkl pickle npy npz h5 hdf5 parquet feather arrow avro orc
    onnx pth ckpt safetensors tflite gguf gmo pack idx keystore jks p12 pfx der glb fbx blend swf pcap
    """
)
_LOCKFILES = frozenset({
    *("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "bun.lockb", "packages.lock.json", "conda-lock.yml", "go.sum"),
    *("go.work.sum", "package.resolved", "cartfile.resolved", ".terraform.lock.hcl", "gradle.lockfile", "cabal.project.freeze"),
    *("stack.yaml.lock", "module.bazel.lock", "project.assets.json", ".pnp.cjs", ".pnp.loader.mjs", "rebar.lock", "manifest.toml.lock"),
})
_TRANSLATIONS = frozenset({"po", "pot", "xliff", "xlf"})
# Formats people write in lines: only there is a huge line a sign of a machine. Text such as Markdown and CSV has long lines by nature.
_LINED_EXTENSIONS = _words(
    "js mjs cjs jsx ts mts cts tsx css scss less json json5 geojson map html htm xhtml xml svg vue svelte webmanifest"
)
_MINIFIED_NAME = re.compile(r"\.min\.(?:js|mjs|cjs|css|html|json|svg)$")
_TELLING_EXTENSIONS = frozenset({
    *_BINARY_EXTENSIONS,
    *_TRANSLATIONS,
    *(name[name.rfind(".") + 1 :] for name in _LOCKFILES),
    *("lock", "mo", "js", "mjs", "cjs", "css", "html", "json", "svg"),
})
"""Any other file falls under no rule of names."""
_SVG_TEXT = re.compile(rb"<(?:\w+:)?(?:text|tspan|foreignObject)\b")

_SAMPLE_BYTES = 8192
_MAX_CONTROL_SHARE = 0.3
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\b\x1b")) + b"\x7f"
_CONTROL_TEXT = re.compile(r"[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
# UTF-32 first: its little-endian mark begins with UTF-16's.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MINIFIED_FROM_BYTES = 4096
_MINIFIED_MEAN_LINE = 300
_MINIFIED_LONGEST_LINE = 5000


def rule_of_name(path: str) -> SkipRule | None:
    """Return the rule a file falls under by its name alone, or None."""
    extension = path[path.rfind(".") + 1 :].lower()
    if extension not in _TELLING_EXTENSIONS:  # most files, decided in half the time
        return None
    name = path[path.rfind("/") + 1 :].lower()
    if extension in _BINARY_EXTENSIONS and "." in name:
        return SkipRule.BINARY
    if (extension == "lock" and "." in name) or name in _LOCKFILES:
        return SkipRule.LOCKFILE
    if (extension in _TRANSLATIONS and "." in name) or (extension == "mo" and "LC_MESSAGES/" in path):
        return SkipRule.TRANSLATION
    if ".min." in name and _MINIFIED_NAME.search(name):
        return SkipRule.MINIFIED
    return None


def binary_reason(data: bytes) -> str:
    """Say what shows in the first 8 KiB that the bytes are no text, or return ""."""
    sample = data[:_SAMPLE_BYTES]
    for mark, encoding in _WIDE_MARKS:
        if sample.startswith(mark):
            text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
            controls = len(_CONTROL_TEXT.findall(text))
            return "control characters" if controls > _MAX_CONTROL_SHARE * len(text) or "\0" in text else ""
    if b"\0" in sample:
        return "a NUL byte"
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    return "control characters" if controls > _MAX_CONTROL_SHARE * len(sample) else ""


def translation_reason(path: str, data: bytes) -> str:
    """Recognise Qt's translation sources, which share the extension of TypeScript, or return ""."""
    is_xml = path.endswith(".ts") and data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<!DOCTYPE", b"<TS"))
    return "Qt Linguist" if is_xml else ""


def minified_reason(path: str, data: bytes) -> str:
    """Say what shows that a program squeezed the text, or return "".

    Hand-written JavaScript, CSS and HTML average 25 to 60 bytes a line. Small files cost nothing to index, whatever their lines. A long
    line of data inside a hand-written file is no reason to lose the file, so the longest line counts only where it holds half the bytes.
    An SVG with text is a diagram someone may ask about, however it was saved.
    """
    extension = path[path.rfind(".") + 1 :].lower()
    if len(data) < _MINIFIED_FROM_BYTES or extension not in _LINED_EXTENSIONS or (extension == "svg" and _SVG_TEXT.search(data)):
        return ""
    mean = len(data) // (max(data.count(b"\n"), data.count(b"\r")) + 1)
    if mean > _MINIFIED_MEAN_LINE:
        return f"{mean} bytes a line"
    longest = max(map(len, data.splitlines()))
    return f"one line of {longest} bytes" if longest > max(_MINIFIED_LONGEST_LINE, len(data) // 2) else ""
