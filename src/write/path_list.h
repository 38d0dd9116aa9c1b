/* All write paths, in the order in which they are listed and measured. */
WRITE_PATH(insert)
WRITE_PATH(multirow)
WRITE_PATH(unnest)
WRITE_PATH(copy_text)
WRITE_PATH(copy_csv)
WRITE_PATH(copy_binary)
WRITE_PATH(prepared)
WRITE_PATH(pipeline)
