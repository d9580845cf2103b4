namespace Chokepoint.TradeFlows.Tests.Imports;

public sealed class SpooledBodyTests(TradeService trade) : TradeTests(trade)
{
    [Fact]
    public async Task Spooled_files_are_kept_as_they_are_since_they_are_read_once_and_dropped() =>
        (await Trade.QueryAsync<char>("SELECT attstorage FROM pg_attribute WHERE attrelid = 'import_chunks'::regclass AND attname = 'body'")).ShouldBe('e', "external, not compressed");
}
