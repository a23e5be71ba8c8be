# Writes src/importers/onnxSchemaTable.ts from the operator schemas of an installed onnx package:
#
#     pip install onnx && python scripts/onnxSchemas.py > src/importers/onnxSchemaTable.ts
#
# The newer the package, the newer the opsets that the table knows; the committed table says which it is.
import struct

import onnx
from onnx import defs

OLDEST = 6
KINDS = "FLOAT INT STRING TENSOR GRAPH FLOATS INTS STRINGS TENSORS GRAPHS".split()
LETTERS = dict(zip(KINDS, "fistgFISTG"))
OPTIONS = {"Single": "", "Optional": "?", "Variadic": "*"}


def family(type_name):
    """f: floats, i: integers, b: booleans, o: all else (strings, complex numbers, sequences)."""
    if not type_name.startswith("tensor("):
        return "o"
    element = type_name[len("tensor("):-1]
    if element.startswith(("float", "bfloat")) or element == "double":
        return "f"
    if element.startswith(("int", "uint")):
        return "i"
    return "b" if element == "bool" else "o"


def families(schema, type_name):
    for constraint in schema.type_constraints:
        if constraint.type_param_str == type_name:
            return "".join(sorted({family(t) for t in constraint.allowed_type_strs}))
    return family(type_name)


def shortest(value):
    """The shortest decimal that is the same f32."""
    bits = struct.pack("f", value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == bits:
            return text
    return repr(value)


def default(attribute):
    value = attribute.default_value
    if not value.name:
        return ""
    kind = attribute.type.name
    if kind == "INT":
        return f"={value.i}"
    if kind == "FLOAT":
        return f"={shortest(value.f)}"
    if kind == "STRING":
        return f"={value.s.decode()}"
    lists = {"INTS": value.ints, "FLOATS": value.floats, "STRINGS": [s.decode() for s in value.strings]}
    return "=" + ",".join(str(v) for v in lists[kind]) if kind in lists and len(lists[kind]) else ""


def values(schema, formals):
    def one(formal):
        # Inputs of one type parameter have to be of one type, unless there are any number of them and of any types.
        same = formal.type_str if "(" not in formal.type_str and formal.is_homogeneous else ""
        return f"{formal.name}:{same}({families(schema, formal.type_str)}){OPTIONS[formal.option.name]}"

    return " ".join(one(f) for f in formals)


def line(schema, first):
    # One that was never anything else is still in files.
    if schema.deprecated and not first:
        return "deprecated"
    attributes = " ".join(
        f"{name}:{LETTERS.get(a.type.name, 'o')}{'!' if a.required else ''}{default(a)}"
        for name, a in sorted(schema.attributes.items())
    )
    counts = f"{schema.min_input}-{'' if schema.max_input > 2**30 else schema.max_input}"
    outputs = f"{schema.min_output}-{'' if schema.max_output > 2**30 else schema.max_output}"
    takes = f"{counts} {values(schema, schema.inputs)}".strip()
    makes = f"{outputs} {values(schema, schema.outputs)}".strip()
    return f"{takes} > {makes}" + (f" | {attributes}" if attributes else "")


by_op = {}
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "" and str(schema.support_level).endswith("COMMON"):
        by_op.setdefault(schema.name, []).append(schema)

print(f"""// Written by scripts/onnxSchemas.py from onnx {onnx.__version__}, opsets {OLDEST} to {defs.onnx_opset_version()}. Do not edit.
//
// One line per operator and opset from which on it reads so:
//   name opset: fewest-most inputs, each name:type(families)[? optional, * any number] > the same of outputs | attributes
// Families are f floats, i integers, b booleans, o others. An attribute is name:kind[! required][=default], the kind f float,
// i int, s string, t tensor, g graph, o other, and in capitals lists of them.
export const SCHEMAS = `\\""")
for name, schemas in sorted(by_op.items()):
    schemas.sort(key=lambda s: s.since_version)
    # The one that is in force at the oldest opset, and all after it.
    old = [s for s in schemas if s.since_version <= OLDEST]
    last = None
    for schema in old[-1:] + [s for s in schemas if s.since_version > OLDEST]:
        text = line(schema, last is None)
        if text != last:
            print(f"{name} {schema.since_version}: {text}")
        last = text
print("`;")
