using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.HttpOverrides;
using Yarp.ReverseProxy.Forwarder;

namespace Chokepoint.Gateway.Forwarding;

internal static class ForwardingExtensions
{
    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<Services>();
        builder.Services.AddSingleton<AreaForwarder>();
        builder.Services.AddSingleton(_ => Connections());
        builder.Services.AddHostedService<ReplicaProbe>();
        builder.Services.PostConfigure<ForwardedHeadersOptions>(options => TrustOnlyNamedProxies(options, builder.Configuration));
    }

    public static void MapForwarding(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<AreaForwarder>();
        foreach (var service in app.Services.GetRequiredService<Services>().All)
        {
            // A service answers for its own operations too: the same service, under a path of its own.
            foreach (var path in (string[])[service.Area.Name, $"ops/{service.Area.Name}"])
                app.Map($"/api/{path}/{{**rest}}", (HttpContext http) => forwarder.ForwardAsync(http, service)).ExcludeFromDescription();
        }
    }

    /// <summary>One pool of connections to the services, which follows nothing, stores nothing and changes nothing on the way.</summary>
    private static HttpMessageInvoker Connections() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // as Kestrel has read them; the default would send no header beyond ASCII
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
    });

    /// <summary>
    /// The gateway is the outer door: what a client writes into X-Forwarded-For is a claim, and is believed only from the proxies in
    /// <c>Gateway:TrustedProxies</c> (addresses). ASPNETCORE_FORWARDEDHEADERS_ENABLED, which the AppHost sets for every project, would
    /// believe anyone.
    /// </summary>
    private static void TrustOnlyNamedProxies(ForwardedHeadersOptions options, ConfigurationManager configuration)
    {
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        var trusted = configuration.GetSection("Gateway:TrustedProxies").GetChildren().Select(entry => IPAddress.Parse(entry.Value ?? "")).ToArray();
        options.ForwardedHeaders = trusted.Length is 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var proxy in trusted)
            options.KnownProxies.Add(proxy);
    }
}
