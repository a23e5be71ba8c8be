# Writes the Parquet files of this folder: `pip install pyarrow datasets pillow && python3 make.py`. Made with pyarrow 25.0.1 and datasets 5.0.1.
import struct
import zlib

import datasets
import pyarrow
import pyarrow.parquet


def png(width, height, gray):
    """A gray picture whose pixels are all the same."""
    rows = b"".join(b"\0" + bytes([gray]) * width for _ in range(height))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


pictures = [png(8, 6, 10 * i) for i in range(5)]

# As Hugging Face's datasets writes pictures, in row groups of two. Row 3 has a path and no bytes.
cells = [{"bytes": None if i == 3 else bytes, "path": f"{i}.png"} for i, bytes in enumerate(pictures)]
features = datasets.Features({"image": datasets.Image(decode=False), "label": datasets.Value("int64")})
datasets.Dataset.from_dict({"image": cells, "label": list(range(5))}, features=features).to_parquet(
    "datasets.parquet", batch_size=2
)

# One column of bytes among others, compressed in another way.
rows = {"id": list(range(5)), "jpg": pictures, "caption": [f"picture {i}" for i in range(5)]}
pyarrow.parquet.write_table(pyarrow.table(rows), "binary.parquet", compression="zstd", row_group_size=3)

# Two columns of bytes.
rows = {"left": pictures, "right": pictures, "caption": [f"picture {i}" for i in range(5)]}
pyarrow.parquet.write_table(pyarrow.table(rows), "unclear.parquet", compression="brotli")
