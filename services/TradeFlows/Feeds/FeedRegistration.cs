using Chokepoint.Imports;
using Chokepoint.Polling;

namespace Chokepoint.TradeFlows.Feeds;

internal static class FeedRegistration
{
    /// <summary>The polled source of flows; off unless its section switches it on.</summary>
    public static WebApplicationBuilder AddFeeds(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FetchedFiles>();
        builder.Services.AddSingleton(builder.Configuration.GetSection(ComtradeFeed.Section).Get<ComtradeSettings>() ?? new ComtradeSettings());
        builder.AddPolledSource<ComtradeFeed>(ComtradeFeed.FeedName, ComtradeFeed.Section, poll =>
        {
            poll.Address = new Uri("https://comtradeapi.un.org/");
            poll.Interval = TimeSpan.FromHours(12);
            poll.Gap = TimeSpan.FromSeconds(2);
            poll.Tries = 1; // every try is one of the quota's calls: a failed turn waits instead
            poll.MaxBytes = 48 << 20;
            poll.SilentAfter = TimeSpan.FromDays(60);
        });
        return builder;
    }
}
