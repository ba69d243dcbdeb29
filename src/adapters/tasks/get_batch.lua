-- Times are unix seconds. Body and counts of the batch.

return batch_of(given.batch)
