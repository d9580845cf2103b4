using Chokepoint.Imports;
using Chokepoint.Polling;

namespace Chokepoint.MarketPrices.Feeds;

internal static class FeedRegistration
{
    /// <summary>The polled sources of prices; each is off unless its section switches it on.</summary>
    public static WebApplicationBuilder AddFeeds(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FetchedFiles>();
        builder.AddPolledSource<WorldBankFeed>(WorldBankFeed.FeedName, WorldBankFeed.Section, poll =>
        {
            poll.Address = new Uri("https://www.worldbank.org/en/research/commodity-markets");
            poll.Interval = TimeSpan.FromHours(12);
            poll.SilentAfter = TimeSpan.FromDays(45); // published in the first days of each month
        });
        builder.Services.AddSingleton(builder.Configuration.GetSection(FredFeed.Section).Get<FredSettings>() ?? new FredSettings());
        builder.AddPolledSource<FredFeed>(FredFeed.FeedName, FredFeed.Section, poll =>
        {
            poll.Address = new Uri("https://fred.stlouisfed.org/graph/fredgraph.csv");
            poll.Interval = TimeSpan.FromHours(12);
            poll.SilentAfter = TimeSpan.FromDays(75); // monthly, often a month late
        });
        return builder;
    }
}
