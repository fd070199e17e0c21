"""Line formats of servers, appliances and sensors: one reader each, and the shapes of their records.

Every reader here is a `line_reader.LineReader` or reads headers and then lines; docs/inputs.md has the
keys of the mappings that they give.
"""
