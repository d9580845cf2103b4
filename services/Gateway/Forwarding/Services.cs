namespace Chokepoint.Gateway.Forwarding;

/// <summary>Every service and its replicas, read from <c>services:{name}:http:{n}</c> as the AppHost injects them.</summary>
internal sealed class Services
{
    public Services(IConfiguration configuration)
    {
        All = [.. Area.All.Select(area => new ReplicaSet(area, [.. Addresses(configuration, area.Name).Select(address => new Replica(address))]))];
    }

    public IReadOnlyList<ReplicaSet> All { get; }

    private static IEnumerable<Uri> Addresses(IConfiguration configuration, string service)
    {
        foreach (var entry in configuration.GetSection($"services:{service}:http").GetChildren())
        {
            if (!Uri.TryCreate(entry.Value?.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new InvalidOperationException($"services__{service}__http__{entry.Key} must be the http URL of the service {service}, and is: {entry.Value}");
            yield return address;
        }
    }
}
