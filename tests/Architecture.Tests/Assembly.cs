using Chokepoint.Testing.Servers;

[assembly: AssemblyFixture(typeof(ServersFixture))]
