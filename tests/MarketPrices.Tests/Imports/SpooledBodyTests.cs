namespace Chokepoint.MarketPrices.Tests.Imports;

public sealed class SpooledBodyTests(PriceService prices) : PriceTests(prices)
{
    [Fact]
    public async Task Spooled_files_are_kept_as_they_are_since_they_are_read_once_and_dropped() =>
        (await Prices.QueryAsync<char>("SELECT attstorage FROM pg_attribute WHERE attrelid = 'import_chunks'::regclass AND attname = 'body'")).ShouldBe('e', "external, not compressed");
}
