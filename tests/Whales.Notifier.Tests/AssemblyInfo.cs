// Most tests wait: for a notifier's start, for its pauses, for a fake. As many at a time as there are processors would leave those idle.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
